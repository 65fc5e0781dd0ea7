"""The bar of a gauge and the graph of its history, as text."""

from collections.abc import Sequence

from tui.backend.gauge import State

_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEVELS = " ▁▂▃▄▅▆▇█"

TONES = {
    State.OK: "good",
    State.FILLING: "warn",
    State.NEARLY_FULL: "bad",
    State.FULL: "bad",
    State.BROKEN: "bad",
    State.UNKNOWN: "muted",
}
"""The tone of each state; its word is always shown with it."""


def bar(fill: float | None, width: int) -> tuple[str, str]:
    """The full and the empty part of a bar, together `width` cells; all empty when unknown."""
    eighths = 0 if fill is None else int(max(0.0, min(fill, 1.0)) * width * 8)
    if fill and not eighths:
        eighths = 1
    whole, rest = divmod(eighths, 8)
    full = "█" * whole + (_EIGHTHS[rest] if rest else "")
    return full, "░" * (width - len(full))


def graph(fills: Sequence[float], width: int, height: int) -> list[str]:
    """The last `width` fills as columns, newest at the right; lines from the top down."""
    shown = list(fills[-width:])
    levels = [round(max(0.0, min(fill, 1.0)) * height * 8) or (1 if fill else 0) for fill in shown]
    blank = " " * (width - len(shown))
    return [
        blank + "".join(_LEVELS[max(0, min(level - row * 8, 8))] for level in levels)
        for row in reversed(range(height))
    ]
