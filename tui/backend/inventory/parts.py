"""Maps, loop devices and mounts, divided among the sandboxes that they belong to."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.inventory import loops, maps, mounts

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory.loops import Loop
    from tui.backend.inventory.maps import Map
    from tui.backend.inventory.mounts import Mount

_STORE = re.compile(f"/.+{paths.RUN_DIR}/([^/]+)/{paths.STORE}", re.DOTALL)
"""Where the store of a sandbox is for those outside a chroot."""
_EVENTS = "/sys/kernel/uevent_seqnum"


def mark(host: Host) -> object:
    """Equal marks: the same parts. The kernel numbers its device events, and everything that is
    attached, created, resized, resumed or removed is one. None where it does not tell.
    """
    try:
        return events(host), sorted(host.listdir("/sys/block")), host.read("/proc/self/mountinfo")
    except OSError:
        return None


def events(host: Host) -> str:
    """The number of the kernel's last device event. OSError where it does not tell."""
    return host.read(_EVENTS)


def read(host: Host) -> Parts:
    """Those of this moment."""
    return Parts(host, maps.read(host), mounts.read(host))


class Parts:
    """The maps, loop devices and mounts of a machine, each by the name of its sandbox.

    `main` are the writable devices, `helpers` the other maps with our UUIDs; `mounts` show a
    writable device or an overlay, `inner` lie in a sandbox's own directory; `lower` are the
    origins of overlays; `claims` are names for which only the path of a loop device speaks, which anybody
    may have chosen.
    """

    def __init__(self, host: Host, found: tuple[Map, ...], mounted: tuple[Mount, ...]) -> None:
        self.main: dict[str, Map] = {}
        self.helpers: dict[str, list[Map]] = defaultdict(list)
        self.loops: dict[str, list[Loop]] = defaultdict(list)
        self.claims: set[str] = set()
        self.mounts: dict[str, list[Mount]] = defaultdict(list)
        self.inner: dict[str, list[Mount]] = defaultdict(list)
        self.lower: dict[str, Mount] = {}
        self._further: dict[str, str] = {}
        self._divide_maps(found)
        self._divide_loops(host)
        self._divide_mounts(mounted)

    def names(self) -> set[str]:
        """The names of all sandboxes of which the kernel knows a part."""
        return {*self.main, *self.helpers, *self.loops, *self.mounts, *self.inner}

    def is_nowhere(self, name: str) -> bool:
        """Whether nothing of a sandbox is mounted here: it may be of another mount namespace."""
        return not self.mounts.get(name) and not self.inner.get(name)

    def other_root(self, name: str) -> str:
        """Where the store of a sandbox is mounted instead of where it has to be: it was made in a chroot,
        or the like, whose /run is further down here. Empty for none.
        """
        place = paths.of(name, paths.STORE)
        here = any(mount.mountpoint == place for mount in self.inner.get(name, ()))
        return "" if here else self._further.get(name, "")

    def _divide_maps(self, found: tuple[Map, ...]) -> None:
        for entry in found:
            name = paths.owner(entry.uuid)
            if name and entry.uuid == paths.uuid(name):
                self.main[name] = entry
            elif name:
                self.helpers[name].append(entry)

    def _divide_loops(self, host: Host) -> None:
        """By the file behind it; where that has gone with its mount namespace, by the map that is over it."""
        for loop in loops.read(host, below=f"{paths.RUN_DIR}/"):
            claimed = paths.sandbox_in(loop.claim)
            if owner := paths.sandbox_in(loop.file):
                self.loops[owner].append(loop)
            elif claimed and loop.kname in self._below(claimed):
                self.loops[claimed].append(replace(loop, file=loop.claim, claim=""))
            elif claimed:
                self.claims.add(claimed)

    def _below(self, name: str) -> set[str]:
        """The kernel names of the devices that a sandbox's maps are made of."""
        found = (self.main.get(name), *self.helpers.get(name, ()))
        return {slave for entry in found if entry for slave in entry.slaves}

    def _divide_mounts(self, mounted: tuple[Mount, ...]) -> None:
        """A mount is of a map by its number, or by its source where it has a number of its own."""
        by_number = {entry.devno: name for name, entry in self.main.items()}
        by_node = {node: name for name, entry in self.main.items() for node in entry.nodes}
        for mount in mounted:
            of = by_number.get(mount.devno) or mounts.owner(mount)
            if mount.fstype in mounts.OWN_NUMBERS:
                of = of or by_node.get(mount.source, "")
            owner = paths.sandbox_in(mount.mountpoint)
            if mount.fstype == "tmpfs" and (further := _STORE.fullmatch(mount.mountpoint)):
                self._further[further[1]] = mount.mountpoint
            if of and owner in ("", of):  # else another sandbox has its origin in this one
                self.mounts[of].append(mount)
            if owner and owner != of:
                self.inner[owner].append(mount)
                if mount.mountpoint == paths.of(owner, paths.LOWER):
                    self.lower[owner] = mount
