"""Maps, loop devices and mounts, divided among the sandboxes that they belong to."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backend import lenient, paths
from tui.backend.inventory import loops, maps, mounts, segments

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory.loops import Loop
    from tui.backend.inventory.maps import Map
    from tui.backend.inventory.segments import Segment
    from tui.backend.kernel.mountinfo import Mount

_STORE = re.compile(f"/.+{paths.RUN_DIR}/([^/]+)/(?:{paths.STORE}|{paths.CONFIG})", re.DOTALL)
"""Where the store of a sandbox is for those outside a chroot."""
_EVENTS = "/sys/kernel/uevent_seqnum"
_LISTS = ("/proc/self/mountinfo", "/proc/swaps", "/proc/partitions")
"""What changes with mounts, swap and partitions, which need not be device events."""


def mark(host: Host) -> tuple[str, ...]:
    """Equal marks: the same parts and devices, as far as can be seen without a process. The first is the
    number of the kernel's last device event, empty where it does not tell: everything that is attached,
    created, resized, resumed or removed is one.
    """
    return (*(lenient.text(host, path) for path in (_EVENTS, *_LISTS)), *lenient.names(host, "/sys/block"))


def read(host: Host) -> Parts:
    """Those of this moment."""
    mounted = mounts.read(host)
    return Parts(maps.read(host), mounted, loops.read(host), segments.read(host, mounted))


class Parts:
    """The maps, loop devices, mounts and segments of a machine, each by the name of its sandbox.

    `main` are the writable devices, `helpers` the other maps with our UUIDs; `mounts` show a
    writable device or an overlay, `inner` lie in a sandbox's own directory; `lower` are the
    origins of overlays; `images` are the origins of snapshots that claim to be our loop device over an
    image, which they are only where the record tells of an image; `claims` are names for which only the path
    of a loop device speaks, which anybody may have chosen. `segments` are by the keys of sandboxes.
    """

    def __init__(
        self,
        found: tuple[Map, ...],
        mounted: tuple[Mount, ...],
        attached: tuple[Loop, ...],
        pieces: tuple[Segment, ...] = (),
    ) -> None:
        self.main: dict[str, Map] = {}
        self.helpers: dict[str, list[Map]] = defaultdict(list)
        self.loops: dict[str, list[Loop]] = defaultdict(list)
        self.claims: set[str] = set()
        self.images: dict[str, Loop] = {}
        self.mounts: dict[str, list[Mount]] = defaultdict(list)
        self.inner: dict[str, list[Mount]] = defaultdict(list)
        self.lower: dict[str, Mount] = {}
        self.segments: dict[str, list[Segment]] = defaultdict(list)
        self._further: dict[str, str] = {}
        for segment in pieces:
            self.segments[segment.key].append(segment)
        self._divide_maps(found)
        self._divide_loops(attached)
        self._divide_mounts(mounted)

    def names(self) -> set[str]:
        """The names of all sandboxes of which the kernel knows a part."""
        return {*self.main, *self.helpers, *self.loops, *self.mounts, *self.inner}

    def is_nowhere(self, name: str) -> bool:
        """Whether nothing of a sandbox is mounted here: it may be of another mount namespace."""
        return not self.mounts.get(name) and not self.inner.get(name)

    def keys(self) -> set[str]:
        """The keys of all sandboxes that have segments."""
        return set(self.segments)

    def other_root(self, name: str) -> str:
        """Where the store of a sandbox is mounted instead of where it has to be: it was made in a chroot,
        or the like, whose /run is further down here. Empty for none.
        """
        places = [paths.of(name, part) for part in (paths.STORE, paths.CONFIG)]
        here = any(mount.mountpoint in places for mount in self.inner.get(name, ()))
        return "" if here else self._further.get(name, "")

    def _divide_maps(self, found: tuple[Map, ...]) -> None:
        for entry in found:
            name = paths.owner(entry.uuid)
            if name and entry.uuid == paths.uuid(name):
                self.main[name] = entry
            elif name:
                self.helpers[name].append(entry)

    def _divide_loops(self, attached: tuple[Loop, ...]) -> None:
        """By the file behind it; where that has gone with its mount namespace, by what the table of the
        sandbox's map has in the place that the path claims.
        """
        for loop in attached:
            claimed = paths.sandbox_in(loop.claim)
            named = replace(loop, file=loop.claim, claim="")
            if owner := paths.sandbox_in(loop.file):
                self.loops[owner].append(loop)
            elif claimed and self._is(loop, claimed, paths.COW_FILE):
                self.loops[claimed].append(named)
            elif claimed and self._is(loop, claimed, paths.IMAGE):
                self.images[claimed] = named
            elif claimed:
                self.claims.add(claimed)

    def _is(self, loop: Loop, name: str, part: str) -> bool:
        """Whether a loop device that claims to be a part of a sandbox is in the place of that part."""
        entry = self.main.get(name)
        place = (entry.cow if part == paths.COW_FILE else entry.origin) if entry else None
        return place == loop.kname and loops.plain(loop.claim) == paths.of(name, part)

    def _divide_mounts(self, mounted: tuple[Mount, ...]) -> None:
        """A mount is of a map by its number, or by its source where it has a number of its own."""
        by_number = {entry.devno: name for name, entry in self.main.items()}
        by_node = {node: name for name, entry in self.main.items() for node in entry.nodes}
        for mount in mounted:
            of = by_number.get(mount.devno) or mounts.owner(mount)
            if mount.fstype in mounts.OWN_NUMBERS:
                of = of or by_node.get(mount.source, "")
            owner = paths.sandbox_in(mount.mountpoint)
            if mount.fstype in ("tmpfs", "configfs") and (further := _STORE.fullmatch(mount.mountpoint)):
                self._further[further[1]] = mount.mountpoint
            if of and owner in ("", of):  # else another sandbox has its origin in this one
                self.mounts[of].append(mount)
            if owner and owner != of:
                self.inner[owner].append(mount)
                if mount.mountpoint == paths.of(owner, paths.LOWER):
                    self.lower[owner] = mount
