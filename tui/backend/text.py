"""Text that comes from devices is data: made fit to be shown."""

import unicodedata

_REPLACEMENT = "?"


def clean(text: str, limit: int = 0) -> str:
    """A text on one line without control characters, marks that reorder the line, or halves
    of broken encodings; at most `limit` terminal cells wide when that is not 0.
    """
    shown = "".join(_shown(character) for character in text)
    return shown if not limit or width(shown) <= limit else _cut(shown, limit - 1) + "~"


def width(text: str) -> int:
    """Terminal cells that a cleaned text takes."""
    return sum(_cells(character) for character in text)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    return _REPLACEMENT if category[0] == "C" or category in ("Zl", "Zp") else character


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(text: str, limit: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += _cells(character)
        if taken > limit:
            return text[:index]
    return text
