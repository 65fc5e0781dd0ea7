"""`mount` and `unmount`: a sandbox that exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.inventory import sandboxes
from tui.backend.sandboxes import mounts
from tui.backend.verbs.change import Change, Done, Prepared

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class MountRequest:
    """The sandbox, and where (absolute); None: at its own place. Unmounting takes it from everywhere."""

    name: str
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class Mounted:
    """The sandbox, and where it is mounted now: nowhere, after it was unmounted."""

    name: str
    points: tuple[str, ...]


_Prepared = Prepared[MountRequest, None]


def _mount(host: Host, now: Inventory, request: MountRequest) -> _Prepared:
    return Prepared(mounts.prepare_mount(host, now, request.name, request.directory), request, None)


def _unmount(host: Host, now: Inventory, request: MountRequest) -> _Prepared:
    return Prepared(mounts.prepare_unmount(host, now, request.name), request, None)


def _conclude(done: Done[MountRequest, None]) -> Mounted:
    name = done.prepared.request.name
    found = (one for one in sandboxes.read(done.host) if one.name == name)
    return Mounted(name, tuple(mount.mountpoint for one in found for mount in one.mounts))


MOUNT = Change(_mount, _conclude)
UNMOUNT = Change(_unmount, _conclude)
