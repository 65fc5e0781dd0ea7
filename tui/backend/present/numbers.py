"""Numbers in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import sizes
from tui.backend.gauge import State
from tui.backend.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.gauge import Gauge
    from tui.backend.host import Memory

_ALARMING = (State.BROKEN, State.FULL, State.NEARLY_FULL)
"""The states that people must know of wherever they are, the worst first."""
_NAME = 20
"""The characters of a sandbox's name that an alarm has room for."""
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


def alarm(gauges: Mapping[str, Gauge]) -> str:
    """Of the gauges of all sandboxes, by name, the one in the worst state, and how many more there are:
    `trial 93%, nearly full (+2)`; empty when none is nearly full.
    """
    found = [
        (_ALARMING.index(gauge.state), name) for name, gauge in gauges.items() if gauge.state in _ALARMING
    ]
    if not found:
        return ""
    _, name = min(found)
    gauge, more = gauges[name], f" (+{len(found) - 1})" if found[1:] else ""
    fill = f" {percent(gauge.fill)}," if gauge.state is State.NEARLY_FULL else ""
    return f"{clean(name, _NAME)}{fill} {gauge.state.value}{more}"


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
