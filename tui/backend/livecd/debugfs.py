"""Lines for debugfs, in which the text of others is never more than one word.

Source: source_file() in debugfs/debugfs.c, lib/ss/parse.c and lib/support/cstring.c of e2fsprogs.
"""

LONGEST = 8190
"""Bytes of a line of its script: it reads 8192 with the newline and a NUL (BUFSIZ), and takes what
is beyond that for another line.
"""

APPLY = """\
{ debugfs -w -f - "$1" 2>&1 >/dev/null | grep -v '^debugfs [0-9]' || true; } | { ! grep . >&2; }"""
"""The line of bash that runs a script on the image $1. debugfs ends with 0 whatever happens; what it says
on standard error, beside its version, counts.
"""


def word(text: str) -> str:
    """A text as one word: a quote in it is doubled, and nothing else is special.

    ValueError when it has control characters, for a newline or carriage return ends the command.
    """
    if any(character < " " or character == "\x7f" for character in text):
        raise ValueError("control characters cannot be in a line for debugfs")
    return '"' + text.replace('"', '""') + '"'


def octal(value: bytes) -> str:
    """Bytes as the value of ea_set: each one escaped."""
    return '"' + "".join(f"\\{byte:03o}" for byte in value) + '"'


def fits(line: str) -> bool:
    """Whether a line of the script (without its newline) is read as one."""
    return len(line.encode(errors="surrogateescape")) <= LONGEST
