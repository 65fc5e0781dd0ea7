"""Text of the kernel: bytes, cut at newlines, spaces and tabs only.

`str.splitlines`, `split`, `strip`, `isdecimal` and text files of Python know the line ends, white
space and digits of all of Unicode, and a carriage return. The kernel escapes newline, space, tab
and backslash in a path (proc_pid_mountinfo(5)) and nothing else: whoever may name a directory could
break a line of mountinfo in two with any other of them.
"""

import re

SECTOR = 512
"""Bytes. The kernel counts sizes of devices in these, whatever the logical block size."""
_DIGITS = re.compile(r"[0-9]{1,100}")
"""No number of the kernel is longer; Python refuses those of thousands of digits with an error."""
_FIELDS = re.compile(r"[^ \t]+")
_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")


def decode(data: bytes) -> str:
    """Bytes as text that gives the same bytes back: those that are not UTF-8 become surrogates."""
    return data.decode("utf-8", "surrogateescape")


def lines(text: str) -> list[str]:
    """The lines of a text, without their newlines."""
    return text.removesuffix("\n").split("\n") if text else []


def fields(line: str) -> list[str]:
    """The words of a line, between spaces and tabs."""
    return _FIELDS.findall(line.removesuffix("\n"))


def number(text: str) -> int | None:
    """The number that ASCII digits stand for; None where a text is anything else."""
    return int(text) if _DIGITS.fullmatch(text) else None


def unescape(text: str) -> str:
    r"""Undo the kernel's octal escapes (`\040` is a space), byte by byte."""
    if "\\" not in text:
        return text
    data = text.encode("utf-8", "surrogateescape")
    return decode(_OCTAL.sub(lambda match: bytes([int(match[1], 8)]), data))
