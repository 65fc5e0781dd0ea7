"""People who write into the sandboxes: gauges move, by practice time alone.

Every sandbox has a writer of its own, made from its name: how fast it is in each stretch of
four seconds, and how full it means to make the sandbox. The same times give the same bytes.
"""

import zlib
from collections.abc import Sequence

from tui.backend import paths
from tui.backend.inventory import mounts
from tui.backend.kernel import mountinfo
from tui.backend.kernel.dm_status import Health
from tui.backend.practice import layers, storage
from tui.backend.practice.blocks import Map, Snapshot
from tui.backend.practice.mounted import FileSystem
from tui.backend.practice.nodes import PAGE
from tui.backend.practice.world import World

_STRETCH = 4.0
"""Seconds of one speed."""
_SPEEDS = (0.0, 0.0, 1 / 1200, 1 / 600, 1 / 300, 1 / 120)
"""Parts of the COW device that are written in a second."""
_AIMS = (0.35, 0.55, 0.78, 0.94, 2.0)
"""How full a writer makes a sandbox; the last one does not stop."""
_LONGEST = 3600.0
"""Seconds that are worked through at a time, at most."""


class Traffic:
    """The writers. `advance` brings the world from one moment to the next."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self._owed: dict[str, float] = {}

    def advance(self, world: World, start: float, end: float) -> None:
        """Write what is written from `start` to `end` (practice seconds)."""
        time = (max(start, end - _LONGEST), end)
        for entry in list(world.of(Map)):
            table = entry.table
            if isinstance(table, Snapshot) and _is_written(world, entry, table):
                filled = (entry.data * table.chunk, world.blocks[table.cow].size)
                if more := self._due(entry.name, filled, table.chunk, time):
                    storage.write(world, entry.kname, more)
        for name, fs in _overlays(world).items():
            filled = (fs.store.used, fs.store.limit or 0) if fs.store else (0, 0)
            if more := self._due(name, filled, PAGE, time):
                layers.write(fs, more)

    def _due(self, name: str, filled: tuple[int, int], unit: int, time: tuple[float, float]) -> int:
        """Bytes that a sandbox's writer writes in a stretch of time, in whole units; `filled` are
        the bytes used and in all.
        """
        used, total = filled
        aim = _pick(_AIMS, f"{self.seed} {name}") * total
        owed = self._owed.get(name, 0.0) + self._bytes(name, total, *time)
        units = max(int(min(owed, aim - used) // unit), 0)
        self._owed[name] = owed % unit if units else min(owed, unit)
        return units * unit

    def _bytes(self, name: str, total: int, start: float, end: float) -> float:
        written, now = 0.0, start
        while now < end:
            number = int(now // _STRETCH)
            until = min((number + 1) * _STRETCH, end)
            speed = _pick(_SPEEDS, f"{self.seed} {name} {number}")
            written += speed * total * (until - now)
            now = until
        return written


def _pick(choices: Sequence[float], key: str) -> float:
    """Always the same choice for a key."""
    return choices[zlib.crc32(key.encode()) % len(choices)]


def _overlays(world: World) -> dict[str, FileSystem]:
    """The overlays that are mounted to be written, by sandbox."""
    layered = [mount for mount in world.mounts if mount.fs.layers]
    return {mounts.owner(mountinfo.parse(mount.line())[0]): mount.fs for mount in layered}


def _is_written(world: World, entry: Map, table: Snapshot) -> bool:
    """Only a sandbox that is mounted to be written, and not stopped, has a writer."""
    return (
        table.cow in world.blocks
        and entry.uuid.startswith(paths.UUID_PREFIX)
        and entry.health is Health.ACTIVE
        and not entry.suspended
        and any("ro" not in mount.options.split(",") for mount in world.mounted(entry.kname))
    )
