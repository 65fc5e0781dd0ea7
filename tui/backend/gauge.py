"""How full a sandbox is, how fast it fills, and when it will be full. Pure arithmetic."""

from dataclasses import dataclass
from enum import Enum

FILLING = 0.70
NEARLY_FULL = 0.90
_WINDOW = 10.0
"""Seconds over which the rate is taken."""
_HISTORY = 240
"""Readings that are kept."""


class State(Enum):
    """A gauge's word. Colour only ever repeats it."""

    OK = "ok"
    FILLING = "filling"
    NEARLY_FULL = "nearly full"
    FULL = "FULL"
    BROKEN = "BROKEN"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Gauge:
    """One reading: `used` and `total` in bytes, `fill` from 0 to 1, None where unknown.

    `files` are the inodes of an overlay's store, used and in all: it is as full as the fuller
    of both. `advice` is what people should know about this state, empty when all is well.
    """

    state: State
    used: int | None
    total: int | None
    files: tuple[int, int] | None = None
    advice: str = ""

    @property
    def short_of_files(self) -> bool:
        """Whether files will run out before bytes do, by a percent at least."""
        bytes_used = int(part(self.used, self.total) * 100)
        return self.files is not None and int(part(*self.files) * 100) > bytes_used

    @property
    def measure(self) -> tuple[int | None, int | None]:
        """Used and total of what will run out first: bytes or files."""
        return self.files if self.files is not None and self.short_of_files else (self.used, self.total)

    @property
    def fill(self) -> float | None:
        """The part of the store that is used."""
        if self.state is State.FULL:
            return 1.0
        used, total = self.measure
        return used / total if used is not None and total else None

    @property
    def amount(self) -> str:
        """`491.0 MiB of 1.0 GiB`, or `15,000 of 16,384 files`; unknown is said to be."""
        from tui.backend import sizes  # here: `list --json` does not wait for it

        used, total = self.measure
        if self.short_of_files:
            return f"{used:,} of {total:,} files"
        if used is None and total is None:
            return "size unknown"
        return f"{sizes.show(used)} of {sizes.show(total)}"


ADVICE = {
    State.NEARLY_FULL: "Grow it now: once it is full nothing more can be written.",
    State.BROKEN: "Its contents are gone: every read and write fails. Remove it.",
    State.UNKNOWN: "Its fill cannot be read.",
}
"""What people should know about a state, whatever the engine."""


def part(used: int | None, total: int | None) -> float:
    """The part that is used, from 0 to 1; 0 where nothing tells."""
    return used / total if used is not None and total else 0.0


def state_of(fill: float) -> State:
    """The word for a store that is so full (0 to 1), and that can overflow."""
    if fill >= 1:
        return State.FULL
    if fill >= NEARLY_FULL:
        return State.NEARLY_FULL
    return State.FILLING if fill >= FILLING else State.OK


@dataclass(frozen=True, slots=True)
class History:
    """Successive readings of one sandbox, oldest first: (seconds of `Host.clock`, gauge)."""

    readings: tuple[tuple[float, Gauge], ...] = ()

    def add(self, clock: float, gauge: Gauge) -> "History":
        """The history with one reading more; the oldest go when there are too many."""
        if self.readings and self.readings[-1][1] == gauge:
            gauge = self.readings[-1][1]  # most are like the one before: keep one object of them
        return History((*self.readings, (clock, gauge))[-_HISTORY:])

    @property
    def rate(self) -> float | None:
        """Bytes a second over the last ten seconds; None before there are two readings."""
        return _rate([(clock, gauge.used) for clock, gauge in self.readings if gauge.used is not None])

    @property
    def seconds_left(self) -> float | None:
        """Until full at this rate; None while it does not fill or the rate is unknown."""
        gauge = self.readings[-1][1] if self.readings else None
        if gauge is None or gauge.state is State.FULL:
            return None
        files = [(clock, one.files[0]) for clock, one in self.readings if one.files]
        rate = _rate(files) if gauge.short_of_files else self.rate
        used, total = gauge.measure
        return (total - used) / rate if rate and rate > 0 and used is not None and total else None

    @property
    def fills(self) -> tuple[float, ...]:
        """The known fills, oldest first, from 0 to 1."""
        return tuple(fill for _clock, gauge in self.readings if (fill := gauge.fill) is not None)


def _rate(known: list[tuple[float, int]]) -> float | None:
    """Units a second over the last ten seconds of (clock, used); None before there are two readings."""
    if len(known) < 2:
        return None
    last, used = known[-1]
    first, before = next(reading for reading in known if last - reading[0] <= _WINDOW or reading is known[-2])
    return (used - before) / (last - first) if last > first else None
