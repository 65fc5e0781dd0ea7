"""Numbers in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import sizes

if TYPE_CHECKING:
    from tui.backend.host import Memory

_UNITS = ((86400 * 2, 86400, "d"), (5400, 3600, "h"), (90, 60, "min"), (0, 1, "s"))


def percent(fill: float | None) -> str:
    """A fill as percent, rounded down so that only what is full says 100; `?` where unknown."""
    return "?" if fill is None else f"{int(fill * 100)}%"


def duration(seconds: float) -> str:
    """A length of time in its largest telling unit: `44 s`, `12 min`, `5 h`, `3 d`."""
    unit, name = next((unit, name) for least, unit, name in _UNITS if seconds >= least)
    return f"{max(round(seconds / unit), 0)} {name}"


def age(now: float, made: float) -> str:
    """How long ago something was made; both in seconds since 1970, by clocks that may have been set back."""
    return f"{duration(max(now - made, 0))} ago"


def memory(reading: Memory) -> str:
    """`RAM 17.9 of 23.4 GiB free`."""
    free, unit = sizes.show(reading.available).rsplit(" ", 1)
    total = sizes.show(reading.total)
    return f"RAM {free}{'' if total.endswith(unit) else f' {unit}'} of {total} free"


def rate(value: float | None) -> str:
    """Bytes a second with a sign; `quiet` when nothing is written; empty before it is known."""
    if value is None:
        return ""
    if abs(value) < 1:
        return "quiet"
    return f"{'+' if value > 0 else '-'}{sizes.show(int(abs(value)))}/s"


def forecast(seconds: float | None) -> str:
    """`full in 44 s`, empty while it does not fill."""
    return "" if seconds is None else f"full in {duration(seconds)}"
