"""The sandboxes of the machine, found from the kernel alone.

DM UUIDs, backing files of loop devices and mount points tell what belongs to which
sandbox; the record file only adds what the kernel cannot know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.errors import CommandFailed
from tui.backend.inventory import loops, maps, mounts, record, status
from tui.backend.inventory.loops import Loop
from tui.backend.inventory.maps import Map
from tui.backend.inventory.mounts import Mount
from tui.backend.inventory.record import Record
from tui.backend.inventory.status import NOT_READ, Status

if TYPE_CHECKING:
    from tui.backend.host import Host


@dataclass(frozen=True, slots=True)
class Sandbox:
    """All that belongs to one sandbox on this machine, whole or in pieces.

    `map` is the writable device, None when only remains are left; `helpers` are maps that
    serve it or lie on it; `loops` have their backing file in its directory; `mounts` are of
    its device, `inner` are the mounts in its own directory (store, origin); `entries` are
    the names in that directory; `busy` is the verb that was running when it was read, or
    that was interrupted (empty when it had not yet begun); `mount_left` is the mount point
    that was made for it, as long as it exists.
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

    @property
    def device(self) -> str:
        """The path of the writable device."""
        return paths.device(self.name)

    @property
    def cow_loop(self) -> Loop | None:
        """The loop device of the exception store, None where there is none."""
        return self._loop(paths.COW_FILE)

    @property
    def origin_loop(self) -> Loop | None:
        """The read-only loop device that we put over an image file, None for a device."""
        return self._loop(paths.IMAGE)

    @property
    def cow(self) -> str | None:
        """The kernel name of the COW device, None when unknown."""
        slaves = self.map.slaves if self.map else ()
        ours = {loop.kname for loop in (self.cow_loop,) if loop} | {entry.kname for entry in self.helpers}
        return next((name for name in slaves if name in ours or name.startswith("ram")), None)

    @property
    def origin(self) -> str | None:
        """The kernel name of the origin device, None when unknown."""
        slaves = self.map.slaves if self.map else ()
        return next((name for name in slaves if name != self.cow), None)

    @property
    def mountpoint(self) -> str | None:
        """Where the sandbox is mounted first, None when it is not mounted."""
        return self.mounts[0].mountpoint if self.mounts else None

    @property
    def interrupted(self) -> bool:
        """A verb did not come to its end (unless it is still running), or only remains are left."""
        return self.map is None or self.busy is not None

    def _loop(self, part: str) -> Loop | None:
        file = paths.of(self.name, part)
        return next((loop for loop in self.loops if loop.file.removesuffix(" (deleted)") == file), None)


def read(host: Host) -> tuple[Sandbox, ...]:
    """Every sandbox, whole or in pieces, by name. Starts at most one process.

    A status that cannot be read (not root, no dmsetup) is shown as unknown.
    """
    found = _Machine(host)
    statuses = _statuses(host) if any(paths.owner(entry.uuid) for entry in found.maps) else {}
    return tuple(found.sandbox(name, statuses.get(name, NOT_READ)) for name in sorted(found.names()))


def _statuses(host: Host) -> dict[str, Status]:
    try:
        return status.read(host)
    except CommandFailed:
        return {}


class _Machine:
    """One reading of the kernel, to be divided among the sandboxes."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.maps = maps.read(host)
        self.loops = tuple(loop for loop in loops.read(host) if _below_run(loop.file))
        self.mounts = mounts.read(host)
        self.directories = self._directories()

    def names(self) -> set[str]:
        """The names of all sandboxes of which anything exists."""
        owned = (paths.owner(entry.uuid) for entry in self.maps)
        files = [loop.file for loop in self.loops] + [m.mountpoint for m in self.mounts]
        inside = (file.removeprefix(f"{paths.RUN_DIR}/").split("/")[0] for file in files if _below_run(file))
        return {name for name in (*owned, *inside, *self.directories) if name and not name.startswith(".")}

    def sandbox(self, name: str, reading: Status) -> Sandbox:
        own = paths.of(name)
        ours = [entry for entry in self.maps if paths.owner(entry.uuid) == name]
        main = next((entry for entry in ours if entry.uuid == paths.uuid(name)), None)
        entries = self._entries(name)
        noted = record.read(self.host, name) if paths.RECORD in entries else None
        return Sandbox(
            name=name,
            map=main,
            helpers=tuple(entry for entry in ours if entry is not main),
            loops=tuple(loop for loop in self.loops if loop.file.startswith(f"{own}/")),
            mounts=tuple(m for m in self.mounts if main and _is_of(m, main)),
            inner=tuple(m for m in mounts.below(self.mounts, own) if not (main and _is_of(m, main))),
            entries=entries,
            record=noted,
            busy=self._busy(name) if paths.BUSY in entries else None,
            status=reading,
            mount_left=self._mount_left(noted),
        )

    def _directories(self) -> list[str]:
        try:
            return [name for name in self.host.listdir(paths.RUN_DIR) if not name.startswith(".")]
        except OSError:
            return []

    def _entries(self, name: str) -> frozenset[str]:
        try:
            return frozenset(self.host.listdir(paths.of(name)))
        except OSError:
            return frozenset()

    def _busy(self, name: str) -> str:
        try:
            return self.host.read(paths.of(name, paths.BUSY)).strip()
        except OSError:
            return "create"

    def _mount_left(self, noted: Record | None) -> str | None:
        made = noted.mount if noted and noted.mount_made else None
        return made if made and self.host.kind(made) is not None else None


def _is_of(mount: Mount, entry: Map) -> bool:
    """Whether a mount shows a map (btrfs has device numbers of its own, so by source too)."""
    return mount.devno == entry.devno or mount.source in (f"/dev/mapper/{entry.name}", f"/dev/{entry.kname}")


def _below_run(path: str) -> bool:
    return path.startswith(f"{paths.RUN_DIR}/")
