"""What belongs to one sandbox, as the kernel and its own directory tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.inventory import loops

if TYPE_CHECKING:
    from tui.backend.inventory.foreign import Holder
    from tui.backend.inventory.loops import Loop
    from tui.backend.inventory.maps import Map
    from tui.backend.inventory.record import Record
    from tui.backend.inventory.segments import Segment
    from tui.backend.kernel.dm_status import Status
    from tui.backend.kernel.mountinfo import Mount


@dataclass(frozen=True, slots=True)
class Pieces:
    """All that belongs to one sandbox on this machine, whole or in pieces.

    `map` is the writable device, None for an overlay or when only remains are left; `helpers`
    are the other maps with its UUIDs; `loops` have their backing file in its directory;
    `mounts` are of its device or its overlay, `inner` are the mounts in its own directory
    (store, origin, lower); `below` is the kernel name of the device that the lower layer of an
    overlay is mounted from, None for a directory; `entries` are
    the names in that directory; `busy` is the verb that was running when it was read, or
    that was interrupted, None for none; `mount_left` is the mount point
    that was made for it, as long as it exists; `foreign` is who holds it in another
    mount namespace, None for one of ours; `locked` is the origin's device
    node while it is read-only because of this sandbox; `running`: a program that holds the lock is
    changing it just now; `listed` are the bytes of the lists of what is in its origin, which are in RAM;
    `segments` are the devices of its store where that is made of such.
    """

    name: str
    map: Map | None
    helpers: tuple[Map, ...]
    loops: tuple[Loop, ...]
    mounts: tuple[Mount, ...]
    inner: tuple[Mount, ...]
    entries: frozenset[str]
    record: Record | None
    busy: str | None
    status: Status
    mount_left: str | None = None
    below: str | None = None
    foreign: Holder | None = None
    locked: str | None = None
    listed: int = 0
    running: bool = False
    segments: tuple[Segment, ...] = ()

    @property
    def cow_loop(self) -> Loop | None:
        """The loop device of the exception store, None where there is none."""
        return self._loop(paths.COW_FILE, self.map.cow if self.map else None)

    @property
    def origin_loop(self) -> Loop | None:
        """The read-only loop device that we put over an image file, or over the claim of a device; None
        where there is none.
        """
        return self._loop(paths.IMAGE, self.map.origin if self.map else None)

    @property
    def claim(self) -> Map | None:
        """The read-only map that keeps others from mounting the origin, None where there is none."""
        uuid = paths.uuid(self.name, paths.CLAIM)
        return next((entry for entry in self.helpers if entry.uuid == uuid), None)

    @property
    def cow(self) -> str | None:
        """The kernel name of the COW device, None when unknown."""
        return self.map.cow if self.map else None

    @property
    def cut(self) -> Map | None:
        """The map that is its COW device: a cut of a RAM disk, or all segments; None where there is none."""
        return next((entry for entry in self.helpers if entry.name == f"{self.name}:cow"), None)

    @property
    def has_store(self) -> bool:
        """Whether a store in a tmpfs can be reached by its path: not once its mount namespace has ended."""
        return self.has(paths.STORE)

    @property
    def store_size(self) -> int | None:
        """The size of the COW device in bytes, whatever the kernel says of the snapshot; None if unknown."""
        found = self.cow_loop or self.cut
        return found.size if found else self.record.size if self.record else None

    @property
    def mountpoint(self) -> str | None:
        """Where the sandbox is mounted first, None when it is not mounted."""
        return self.mounts[0].mountpoint if self.mounts else None

    @property
    def is_root(self) -> bool:
        """Whether the running system has it as its root: that of a Live CD."""
        return any(mount.mountpoint == "/" for mount in self.mounts)

    def has(self, part: str) -> bool:
        """Whether a part in its own directory is mounted."""
        point = paths.of(self.name, part)
        return any(mount.mountpoint == point for mount in self.inner)

    def _loop(self, part: str, kname: str | None) -> Loop | None:
        """The loop device over a part; where there is a map, the one that its table has in that place."""
        file = paths.of(self.name, part)
        named = (loop for loop in self.loops if loops.plain(loop.file) == file)
        return next((loop for loop in named if self.map is None or loop.kname == kname), None)
