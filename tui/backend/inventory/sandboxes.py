"""The sandboxes of the machine, found from the kernel alone.

DM UUIDs, backing files of loop devices, mount points and the upper layers of overlays tell
what belongs to which sandbox; the record file only adds what the kernel cannot know.
"""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backend import lenient, paths
from tui.backend.errors import CommandFailed
from tui.backend.inventory import loops, maps, mounts, parts, record, segments, status
from tui.backend.inventory.foreign import Holder, elsewhere, holders
from tui.backend.inventory.parts import Parts
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.inventory.status import NOT_READ
from tui.backend.kernel.dm_status import Status
from tui.backend.kernel.text import SECTOR, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.host import Host
    from tui.backend.inventory.loops import Loop
    from tui.backend.inventory.record import Record
    from tui.backend.kernel.mountinfo import Mount


def read(host: Host, of: Parts | None = None) -> tuple[Sandbox, ...]:
    """Every sandbox, whole or in pieces, by name. Starts at most one process. `of` are the parts of this
    moment where they have been read.

    A status that cannot be read (not root, no dmsetup) is shown as unknown.
    """
    return Assembly(host, of or parts.read(host)).read()


def one(host: Host, name: str, mounted: tuple[Mount, ...] | None = None) -> Sandbox | None:
    """The sandbox of a name, None where there is none: of the others nothing is read but whose their parts
    are. `mounted` is what is mounted, where that has been read.
    """
    found = mounts.read(host) if mounted is None else mounted
    of = Parts(maps.read(host, name), found, loops.read(host, name), segments.read(host, found, name))
    return next(iter(Assembly(host, of, only=name).read()), None)


_MARKS = ("create", "grow", "remove")
"""The verbs that leave a mark while they work; a later one says more of what is to be done."""


class Assembly:
    """Makes sandboxes of the parts of a machine, again and again as long as those stay the same: what cannot
    have changed since the last time is not read again. `only` one of them, by its name; None: all.
    """

    def __init__(self, host: Host, of: Parts, only: str | None = None) -> None:
        self.host, self._parts, self._only = host, of, only
        self._known: dict[str, Sandbox] = {}
        self._records: dict[str, str] = {}
        self._changing: tuple[str, ...] = ()

    def read(self) -> tuple[Sandbox, ...]:
        """As the function `read`."""
        names = self._names()
        ours = self._parts.main or self._parts.helpers
        statuses = self._statuses() if ours else {}
        texts = {name: record.text(self.host, name) for name in names}
        noted = {name: self._record(name, texts[name]) for name in names}
        foreign = holders(self.host, self._parts, noted)
        self._changing = self.host.changing(names) if names else ()
        found = tuple(
            self._sandbox(name, self._status(name, statuses), foreign.get(name), noted[name], texts[name])
            for name in names
        )
        self._records = texts
        self._known = {sandbox.name: sandbox for sandbox in found}
        return found

    def _names(self) -> list[str]:
        found = {*self._parts.names(), *self._directories(), *elsewhere(self.host, self._parts)}
        found |= self._parts.keys() - set(map(paths.segment_key, found))  # nothing else is left of these
        return sorted(found if self._only is None else found & {self._only})

    def _record(self, name: str, text: str) -> Record | None:
        """The record in a text; that of the last reading where it is the same."""
        known = self._known.get(name)
        return known.record if known and self._records.get(name) == text else record.of(text, name)

    def _sandbox(
        self, name: str, reading: Status, foreign: Holder | None, noted: Record | None, text: str
    ) -> Sandbox:
        entries = frozenset(lenient.names(self.host, paths.of(name)))
        known = self._known.get(name)
        if known is not None and known.entries == entries and self._still(known, text):
            running = name in self._changing
            same = (known.status, known.foreign, known.running) == (reading, foreign, running)
            return known if same else replace(known, status=reading, foreign=foreign, running=running)
        return Sandbox(
            name=name,
            map=self._parts.main.get(name),
            helpers=tuple(self._parts.helpers.get(name, ())),
            loops=self._loops(name, noted),
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
            segments=tuple(self._parts.segments.get(paths.segment_key(name), ())),
            running=name in self._changing,
        )

    def _loops(self, name: str, noted: Record | None) -> tuple[Loop, ...]:
        """Its loop devices. Where an image is the origin, we attached it: a device is somebody else's."""
        image = self._parts.images.get(name) if noted is not None and noted.image else None
        return (*self._parts.loops.get(name, ()), *((image,) if image else ()))

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
            same = (
                same
                or (number(self.host.read(f"{base}/size").strip("\n")) or 0) * SECTOR == noted.origin_size
            )
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
        found = lenient.names(self.host, paths.RUN_DIR)
        return [name for name in found if not paths.is_reserved(name)]

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
    """The verb of the marks in a directory, of several the one that says most."""
    verbs = (entry.removeprefix(paths.BUSY) for entry in entries if entry.startswith(paths.BUSY))
    return max(verbs, key=_says, default=None)


def _says(verb: str) -> int:
    return _MARKS.index(verb) if verb in _MARKS else -1
