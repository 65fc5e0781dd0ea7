"""Successive readings of one machine; what cannot have changed since the last is not read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.inventory import Inventory, maps, parts
from tui.backend.inventory.parts import Parts
from tui.backend.inventory.sandboxes import Assembly

if TYPE_CHECKING:
    from tui.backend.host import Host

_OLDEST = 10
"""Readings after which all is read again even if nothing seems to have happened."""
_PARTS = ("maps", "mounts", "loops", "segments")


class Reader:
    """Reads one machine again and again, for one thread at a time."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._now = Inventory(host, sandboxes=())
        self._assembly: Assembly
        self._mark: object = None
        self._age = 0

    def read(self, *, whole: bool = False) -> Inventory:
        """A reading with its sandboxes; `whole` takes nothing over from the last one."""
        taken = self._taken_over(whole)
        now = Inventory(
            self.host, **{name: value for name, value in vars(self._now).items() if name in taken}
        )
        if "maps" not in taken:
            self._assembly = Assembly(self.host, Parts(now.maps, now.mounts, now.loops, now.segments))
        now.sandboxes = self._assembly.read()
        self._now = now
        return now

    def _taken_over(self, whole: bool) -> tuple[str, ...]:
        """What is as it was at the last reading. Where the kernel numbers no device events that is not known
        of maps and loop devices, but devices take a process to read.
        """
        # before the parts are read: a change while they are read makes the next mark another one
        mark = (parts.mark(self.host), self._paused())
        self._age += 1
        if mark != self._mark or whole or self._age >= _OLDEST:
            self._mark, self._age = mark, 0
            return ()
        return (*_PARTS, "devices") if mark[0][0] else ("devices",)

    def _paused(self) -> tuple[bool, ...]:
        """Suspending a map is no device event."""
        known = [entry for one in self._now.sandboxes for entry in (one.map, *one.helpers) if entry]
        return tuple(maps.suspended(self.host, entry.kname) for entry in known)
