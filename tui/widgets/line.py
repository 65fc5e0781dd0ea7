"""Lines of text to be painted, as values: pieces of text, each with a tone.

Text from devices can pass through unharmed, for nothing here is markup; and two lines can
be compared, so that what did not change is not painted again.
"""

from collections.abc import Iterable
from typing import NamedTuple

from tui.backend import text


class Span(NamedTuple):
    """A piece of a line. `tone` is one of TONES, empty for plain text."""

    text: str
    tone: str = ""


Line = tuple[Span, ...]

TONES = ("muted", "good", "warn", "bad", "accent", "strong")
"""What colour may say about a piece of text; a word always says it too."""


def fit(value: str, width: int) -> str:
    """A text made fit to be shown and exactly `width` cells wide, cut with `~` if need be."""
    shown = text.clean(value, max(width, 1))
    return (shown + " " * (width - text.width(shown)))[: max(width, 0)]


def right(value: str, width: int) -> str:
    """The same, standing at the right."""
    shown = text.clean(value, max(width, 1))
    return " " * (width - text.width(shown)) + shown


def fit_path(value: str, width: int) -> str:
    """A path, cut at its left if need be, for its end tells most."""
    shown = text.clean(value)
    while shown and text.width(shown) > max(width, 1):
        shown = "~" + shown.lstrip("~")[1:] if len(shown) > 1 else ""
    return shown + " " * (width - text.width(shown))


def width(line: Iterable[Span]) -> int:
    """Terminal cells of a line."""
    return sum(text.width(span.text) for span in line)
