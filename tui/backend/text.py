"""Text that comes from devices, files and processes is data: made fit to be shown on a terminal.

The command line and the screens use the same function, and nothing of theirs reaches a terminal without it.
"""

import os
import shlex
import unicodedata

_REPLACEMENT = "?"
_MARKS = 4
"""Marks that one letter may have; no script needs more, and a heap of them covers other lines."""


def clean(text: str, limit: int = 0) -> str:
    """A text on one line without control characters, marks that reorder the line or pile up, or halves
    of broken encodings; at most `limit` terminal cells wide when that is not 0.
    """
    shown = text if text.isascii() and text.isprintable() else "".join(_shown(text))
    return shown if not limit or width(shown) <= limit else _cut(shown, limit - 1) + "~"


def clean_lines(text: str) -> str:
    """The same for each line of a text."""
    return "\n".join(map(clean, text.split("\n")))


def shell_word(text: str) -> str:
    r"""A word of a command that people are to type: on one line, also where a name in it has several. What
    cannot be shown as it is becomes `\NNN` in `$'...'`, which shells know (POSIX.1-2024, 2.2.4).
    """
    if clean(text) == text:
        return shlex.quote(text)
    return "$'" + "".join(map(_typed, text)) + "'"


def width(text: str) -> int:
    """Terminal cells that a cleaned text takes."""
    return len(text) if text.isascii() else sum(_cells(character) for character in text)


def portable(text: str) -> str:
    r"""A text that can be encoded as UTF-8: a byte of a name that is no UTF-8 (a surrogate, as Python has it)
    becomes `\xNN`, and what stands for no byte either U+FFFD.
    """
    if text.isascii():
        return text
    return "".join(_portable(character) for character in text)


def _typed(character: str) -> str:
    if character not in "\\'" and clean(f"a{character}") == f"a{character}":
        return character
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(character))


def _portable(character: str) -> str:
    code = ord(character)
    if not 0xD800 <= code <= 0xDFFF:
        return character
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else "\ufffd"


def _shown(text: str) -> list[str]:
    shown, marks = [], _MARKS  # a mark without a letter would sit on what is before the text
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        hidden = category[0] == "C" or category in ("Zl", "Zp")
        shown.append(_REPLACEMENT if hidden or marks > _MARKS else character)
        if marks > _MARKS:
            marks = 0
    return shown


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(text: str, limit: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += _cells(character)
        if taken > limit:
            return text[:index]
    return text
