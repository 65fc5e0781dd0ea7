"""How full a sandbox is, how fast it fills, and when it will be full. Pure arithmetic."""

from dataclasses import dataclass, replace
from enum import Enum

from tui.backend import exception_store, paths
from tui.backend.engine_names import OVERLAY
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.inventory.status import Health, Status

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
        bytes_used = int(_part(self.used, self.total) * 100)
        return self.files is not None and int(_part(*self.files) * 100) > bytes_used

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


_ADVICE = {
    State.NEARLY_FULL: "Grow it now: once it is full nothing more can be written.",
    State.BROKEN: "Its contents are gone: every read and write fails. Remove it.",
    State.UNKNOWN: "Its fill cannot be read.",
}
_OVERLAY_ADVICE = {
    **_ADVICE,
    State.FULL: "Programs get: no space left. Nothing is lost. Grow it, or delete what is new in it.",
}

_SHUT_DOWN = frozenset({"xfs", "btrfs"})
"""File systems that give up when they cannot write their own data."""


def _part(used: int | None, total: int | None) -> float:
    return used / total if used is not None and total else 0.0


def read(sandbox: Sandbox) -> Gauge:
    """The gauge of a sandbox. A full one keeps its last known size from its COW device."""
    if sandbox.engine == OVERLAY:
        return _of_layers(sandbox.status)
    found = _of_device(sandbox)
    full = found.state is State.FULL
    return replace(found, advice=_of_full(sandbox) if full else _ADVICE.get(found.state, ""))


def word(sandbox: Sandbox) -> str:
    """The gauge's word, or what else is the matter with a sandbox."""
    if sandbox.foreign is not None:
        return "foreign"
    if sandbox.running:
        return f"{sandbox.busy or 'a change'} is running"
    if sandbox.lost:
        return "only remains"
    if sandbox.unfinished:
        return f"{sandbox.unfinished} has not ended"
    return read(sandbox).state.value


def _of_full(sandbox: Sandbox) -> str:
    """What can be done for a full snapshot."""
    kept = "Nothing more can be written. Do not remove it yet: all that was saved is kept."
    place = sandbox.mountpoint or paths.device(sandbox.name)
    if sandbox.is_root:
        return f"{kept} The root of the running system cannot be grown now: copy what you need elsewhere."
    if sandbox.record is None:
        return f"{kept} It cannot be grown, for its record is missing: copy what you need from {place}."
    blind = next((mount.fstype for mount in sandbox.mounts if mount.fstype in _SHUT_DOWN), "")
    hidden = f" Its {blind} may show no files until then." if blind else ""
    unsaved = f" First copy from {place} what could not be saved." if sandbox.mounts and not blind else ""
    return f"{kept} Grow it: it is unmounted for that, and made again with more room.{hidden}{unsaved}"


def _of_layers(status: Status) -> Gauge:
    fills = [_part(status.used, status.total), _part(*status.files) if status.files else 0.0]
    state = State.UNKNOWN if status.total is None else _state(max(fills))
    return Gauge(state, status.used, status.total, status.files, _OVERLAY_ADVICE.get(state, ""))


def _of_device(sandbox: Sandbox) -> Gauge:
    status = sandbox.status
    if status.health is Health.ACTIVE and status.used is not None and status.total:
        state = State.OK if _is_safe(sandbox, status.total) else _state(status.used / status.total)
        return Gauge(state, status.used, status.total)
    total = sandbox.store_size
    if status.health is Health.OVERFLOW:
        return Gauge(State.FULL, total, total)
    return Gauge(State.BROKEN if status.health is Health.INVALID else State.UNKNOWN, None, total)


def _is_safe(sandbox: Sandbox, total: int) -> bool:
    """Whether the store has room for a change of every chunk: then no fill is a danger."""
    record = sandbox.record
    if record is None or sandbox.map is None:
        return False
    return total >= exception_store.cannot_overflow(sandbox.map.size, record.chunk, record.policy)


def _state(fill: float) -> State:
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
