"""The sandboxes of the machine, found from the kernel alone.

DM UUIDs, backing files of loop devices, mount points and the upper layers of overlays tell
what belongs to which sandbox; the record file only adds what the kernel cannot know.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.engine_names import OVERLAY, SNAPSHOT
from tui.backend.errors import CommandFailed
from tui.backend.inventory import loops, maps, parts, record, status
from tui.backend.inventory.foreign import Holder, elsewhere, holders
from tui.backend.inventory.parts import Parts
from tui.backend.inventory.status import NOT_READ, Health, Status
from tui.backend.kernel_text import SECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.host import Host
    from tui.backend.inventory.loops import Loop
    from tui.backend.inventory.maps import Map
    from tui.backend.inventory.mounts import Mount
    from tui.backend.inventory.record import Record

_OLDEST = 30
"""Readings after which all is read again even if nothing has happened."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """All that belongs to one sandbox on this machine, whole or in pieces.

    `map` is the writable device, None for an overlay or when only remains are left; `helpers`
    are maps that serve it or lie on it; `loops` have their backing file in its directory;
    `mounts` are of its device or its overlay, `inner` are the mounts in its own directory
    (store, origin, lower); `below` is the kernel name of the device that the lower layer of an
    overlay is mounted from, None for a directory; `entries` are
    the names in that directory; `busy` is the verb that was running when it was read, or
    that was interrupted (empty when it had not yet begun); `mount_left` is the mount point
    that was made for it, as long as it exists; `foreign` is who holds it in another
    mount namespace, None for one of ours; `locked` is the origin's device
    node while it is read-only because of this sandbox; `running`: a program that holds the lock is
    changing it just now; `listed` are the bytes of the lists of what is in its origin, which are in RAM.
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

    @property
    def engine(self) -> str:
        """`overlay` where an origin is mounted as a lower layer, else `snapshot`; of remains and of a foreign
        one what the record says, if that is an engine which this version knows.
        """
        noted = self.record.engine if self.record is not None and (self.foreign or not self.whole) else ""
        if noted in (SNAPSHOT, OVERLAY):
            return noted
        return OVERLAY if self.map is None and self._has(paths.LOWER) else SNAPSHOT

    @property
    def whole(self) -> bool:
        """Whether it can be worked with: its device, or both its layers, are there."""
        return self.map is not None or (self._has(paths.LOWER) and self._has(paths.STORE))

    @property
    def device(self) -> str | None:
        """The path of the writable device, None for an overlay."""
        return paths.device(self.name) if self.engine == SNAPSHOT else None

    @property
    def cow_loop(self) -> Loop | None:
        """The loop device of the exception store, None where there is none."""
        return self._loop(paths.COW_FILE)

    @property
    def origin_loop(self) -> Loop | None:
        """The read-only loop device that we put over an image file, or over the claim of a device; None
        where there is none.
        """
        return self._loop(paths.IMAGE)

    @property
    def claim(self) -> Map | None:
        """The read-only map that keeps others from mounting the origin, None where there is none."""
        uuid = paths.uuid(self.name, paths.CLAIM)
        return next((entry for entry in self.helpers if entry.uuid == uuid), None)

    @property
    def cow(self) -> str | None:
        """The kernel name of the COW device, None when unknown."""
        slaves = self.map.slaves if self.map else ()
        ours = {loop.kname for loop in (self.cow_loop,) if loop} | {entry.kname for entry in self.helpers}
        return next((name for name in slaves if name in ours or name.startswith("ram")), None)

    @property
    def cut(self) -> Map | None:
        """The map that cuts the COW device from a RAM disk, None where there is none."""
        return next((entry for entry in self.helpers if entry.name == f"{self.name}:cow"), None)

    @property
    def has_store(self) -> bool:
        """Whether a store in a tmpfs can be reached by its path: not once its mount namespace has ended."""
        return self._has(paths.STORE)

    @property
    def store_size(self) -> int | None:
        """The size of the COW device in bytes, whatever the kernel says of the snapshot; None if unknown."""
        found = self.cow_loop or self.cut
        return found.size if found else self.record.size if self.record else None

    @property
    def origin(self) -> str | None:
        """The kernel name of the origin device, None when it is unknown or a directory."""
        if self.claim is not None:
            return next(iter(self.claim.slaves), None)
        if self.engine == OVERLAY:
            return self.below
        slaves = self.map.slaves if self.map and self.cow is not None else ()
        return next((name for name in slaves if name != self.cow), None)

    @property
    def mountpoint(self) -> str | None:
        """Where the sandbox is mounted first, None when it is not mounted."""
        return self.mounts[0].mountpoint if self.mounts else None

    @property
    def is_root(self) -> bool:
        """Whether the running system has it as its root: that of a Live CD."""
        return any(mount.mountpoint == "/" for mount in self.mounts)

    @property
    def overflowed(self) -> bool:
        """Whether it is a snapshot that is full: growing it repairs it."""
        return self.engine == SNAPSHOT and self.status.health is Health.OVERFLOW

    @property
    def interrupted(self) -> bool:
        """A verb did not come to its end (unless it is still running), or only remains are left. What
        a foreign one is like cannot be told from here.
        """
        unfinished = not self.whole or self.busy is not None
        return unfinished and not self.foreign and not self.running

    @property
    def lost(self) -> bool:
        """No verb was interrupted, and yet its device or its layers are gone: the mount namespace that they
        were in ended, or somebody took them away.
        """
        return self.interrupted and self.busy is None and self.record is not None

    @property
    def unfinished(self) -> str:
        """The verb that did not come to its end, empty where there is none."""
        return (self.busy or "create") if self.interrupted and not self.lost else ""

    def _has(self, part: str) -> bool:
        point = paths.of(self.name, part)
        return any(mount.mountpoint == point for mount in self.inner)

    def _loop(self, part: str) -> Loop | None:
        """The path is what its maker chose: where there is a map, its device is below that."""
        file = paths.of(self.name, part)
        named = (loop for loop in self.loops if loops.plain(loop.file) == file)
        return next((loop for loop in named if self.map is None or loop.kname in self.map.slaves), None)


def read(host: Host, of: Parts | None = None) -> tuple[Sandbox, ...]:
    """Every sandbox, whole or in pieces, by name. Starts at most one process. `of` are the parts of this
    moment where they have been read.

    A status that cannot be read (not root, no dmsetup) is shown as unknown.
    """
    return Reader(host, of).read()


class Reader:
    """Successive readings of one machine; what cannot have changed meanwhile is not read again."""

    def __init__(self, host: Host, of: Parts | None = None) -> None:
        self.host, self._given = host, of
        self._age = 0
        self._mark: object = None
        self._parts: Parts
        self._known: dict[str, Sandbox] = {}
        self._records: dict[str, str] = {}
        self._changing: tuple[str, ...] = ()

    def read(self, *, anew: bool = False) -> tuple[Sandbox, ...]:
        """As the function `read`; `anew` reads everything in any case."""
        self._follow(anew)
        names = sorted({*self._parts.names(), *self._directories(), *elsewhere(self.host, self._parts)})
        ours = self._parts.main or self._parts.helpers
        statuses = self._statuses() if ours else {}
        texts = {name: record.text(self.host, name) for name in names}
        foreign = holders(self.host, self._parts, {name: self._record(name, texts[name]) for name in names})
        self._changing = self.host.changing() if names else ()
        found = tuple(
            self._sandbox(name, self._status(name, statuses), foreign.get(name), texts[name])
            for name in names
        )
        self._known = {sandbox.name: sandbox for sandbox in found}
        return found

    def _follow(self, anew: bool) -> None:
        """Read the parts again if there were device events, and now and then anyhow."""
        # before they are read, where they are not given: what changes meanwhile changes the next
        mark = (parts.mark(self.host), self._paused())
        self._age += 1
        if mark[0] is None or mark != self._mark or anew or self._age > _OLDEST:
            found, self._given = self._given or parts.read(self.host), None
            self._parts, self._mark, self._known, self._age = found, mark, {}, 0

    def _paused(self) -> tuple[bool, ...]:
        """Suspending a map is no device event."""
        known = [entry for one in self._known.values() for entry in (one.map, *one.helpers) if entry]
        return tuple(maps.suspended(self.host, entry.kname) for entry in known)

    def _record(self, name: str, text: str) -> Record | None:
        """The record in a text; that of the last reading where it is the same."""
        known = self._known.get(name)
        return known.record if known and self._records.get(name) == text else record.of(text, name)

    def _sandbox(self, name: str, reading: Status, foreign: Holder | None, text: str) -> Sandbox:
        entries = self._entries(name)
        known = self._known.get(name)
        if known is not None and known.entries == entries and self._still(known, text):
            running = name in self._changing
            same = (known.status, known.foreign, known.running) == (reading, foreign, running)
            return known if same else replace(known, status=reading, foreign=foreign, running=running)
        noted = self._record(name, text)
        self._records[name] = text
        return Sandbox(
            name=name,
            map=self._parts.main.get(name),
            helpers=tuple(self._parts.helpers.get(name, ())),
            loops=tuple(self._parts.loops.get(name, ())),
            mounts=tuple(self._parts.mounts.get(name, ())),
            inner=tuple(self._parts.inner.get(name, ())),
            entries=entries,
            record=noted,
            busy=_busy(entries),
            status=reading,
            mount_left=self._mount_left(noted),
            below=self._below(name, noted),
            foreign=foreign,
            locked=self._locked(name, noted),
            listed=self._listed(name, entries),
            running=name in self._changing,
        )

    def _still(self, known: Sandbox, text: str) -> bool:
        """Whether what changes without a device event is as it was: marks, the record's text, the mount
        point that was made.
        """
        same = text == self._records.get(known.name) and known.busy is None
        return same and known.mount_left == self._mount_left(known.record)

    def _status(self, name: str, statuses: Mapping[str, Status]) -> Status:
        if name not in self._parts.lower:
            return statuses.get(name, NOT_READ)
        try:
            return status.of_store(self.host.room(paths.of(name, paths.STORE)))
        except OSError:
            return NOT_READ

    def _statuses(self) -> dict[str, Status]:
        try:
            return status.read(self.host)
        except CommandFailed:
            return {}

    def _below(self, name: str, noted: Record | None) -> str | None:
        """Btrfs has device numbers of its own: then the mount's source has to do."""
        lower = self._parts.lower.get(name)
        if lower is None or noted is None or noted.tree:
            return None
        node = f"/sys/dev/block/{lower.devno}"
        known = self.host.kind(node) is not None
        return (self.host.resolve(node) if known else lower.source).rsplit("/", 1)[-1]

    def _locked(self, name: str, noted: Record | None) -> str | None:
        """By the mount, else by its name: then its size tells whether it still is that disk. Not so for a
        loop device, which would stay read-only for whatever is attached next.
        """
        if noted is None or not noted.locked:
            return None
        mounted = self._below(name, noted)
        kname = mounted or noted.locked
        base = f"/sys/class/block/{kname}"
        try:
            same = mounted or kname.startswith("loop")
            same = same or int(self.host.read(f"{base}/size")) * SECTOR == noted.origin_size
            read_only = self.host.read(f"{base}/ro").strip("\n") == "1"
        except (OSError, ValueError):
            return None
        return f"/dev/{kname}" if read_only and same else None

    def _listed(self, name: str, entries: frozenset[str]) -> int:
        found = (paths.of(name, part) for part in (paths.MANIFEST, paths.HASHES) if part in entries)
        try:
            return sum(map(self.host.size, found))
        except OSError:
            return 0

    def _directories(self) -> list[str]:
        try:
            return [name for name in self.host.listdir(paths.RUN_DIR) if not paths.is_reserved(name)]
        except OSError:
            return []

    def _entries(self, name: str) -> frozenset[str]:
        try:
            return frozenset(self.host.listdir(paths.of(name)))
        except OSError:
            return frozenset()

    def _mount_left(self, noted: Record | None) -> str | None:
        """The root of a file system that has shut down cannot even be looked at: it is there. Whatever else
        keeps from looking (links in a circle above it) is not what was made.
        """
        made = noted.mount if noted and noted.mount_made else None
        try:
            return made if made and self.host.kind(made) is not None else None
        except OSError as error:
            return made if error.errno == errno.EIO else None


def _busy(entries: frozenset[str]) -> str | None:
    """The verb of the marks in a directory; a removal says more than what it came after."""
    verbs = (entry.removeprefix(paths.BUSY) for entry in entries if entry.startswith(paths.BUSY))
    return max(verbs, default=None)
