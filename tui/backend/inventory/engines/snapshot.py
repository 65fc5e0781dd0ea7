"""A snapshot of device-mapper: what is read of it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backend import exception_store, paths
from tui.backend.gauge import ADVICE, Gauge, State, state_of
from tui.backend.kernel.dm_status import Health
from tui.backend.paths import device

if TYPE_CHECKING:
    from tui.backend.inventory.pieces import Pieces

__all__ = ["device", "gauge", "is_of", "is_whole", "modules", "name", "once", "origin", "overflowed"]
name = "snapshot"
modules = {"dm-mod": "device-mapper itself, for the snapshot engine", "dm-snapshot": "the snapshot engine"}
once = False
_SHUT_DOWN = frozenset({"xfs", "btrfs"})
"""File systems that give up when they cannot write their own data."""


def is_of(sandbox: Pieces) -> bool:
    """It is a map."""
    return sandbox.map is not None


is_whole = is_of


def origin(sandbox: Pieces) -> str | None:
    """As its table has it."""
    return sandbox.map.origin if sandbox.map else None


def overflowed(sandbox: Pieces) -> bool:
    """The kernel says so."""
    return sandbox.status.health is Health.OVERFLOW


def gauge(sandbox: Pieces) -> Gauge:
    """What the kernel says. A full one keeps its last known size from its COW device."""
    found = _reading(sandbox)
    full = found.state is State.FULL
    return replace(found, advice=_of_full(sandbox) if full else ADVICE.get(found.state, ""))


def _reading(sandbox: Pieces) -> Gauge:
    status = sandbox.status
    if status.health is Health.ACTIVE and status.used is not None and status.total:
        state = State.OK if _is_safe(sandbox, status.total) else state_of(status.used / status.total)
        return Gauge(state, status.used, status.total)
    total = sandbox.store_size
    if status.health is Health.OVERFLOW:
        return Gauge(State.FULL, total, total)
    return Gauge(State.BROKEN if status.health is Health.INVALID else State.UNKNOWN, None, total)


def _is_safe(sandbox: Pieces, total: int) -> bool:
    """Whether the store has room for a change of every chunk: then no fill is a danger."""
    record = sandbox.record
    if record is None or not record.chunk or sandbox.map is None:
        return False
    return total >= exception_store.cannot_overflow(sandbox.map.size, record.chunk, record.policy)


def _of_full(sandbox: Pieces) -> str:
    """What can be done for a full one."""
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
