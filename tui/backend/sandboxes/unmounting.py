"""Unmounting a sandbox everywhere, so that it can be taken back: each mount as it was.

The first mount of the whole file system is made anew, of its device or its layers; the others are bound from
it, with the options that a mount has of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.command import command
from tui.backend.engines import SNAPSHOT, overlay
from tui.backend.inventory.status import Health
from tui.backend.plan import Step
from tui.backend.sandboxes import mounting, remounting

if TYPE_CHECKING:
    from tui.backend.command import Command
    from tui.backend.inventory.mounts import Mount
    from tui.backend.inventory.sandboxes import Sandbox


def steps(sandbox: Sandbox, aftermath: str = "") -> tuple[Step, ...]:
    """Unmount it everywhere, last first. What is undone of a full one is read-only. `aftermath` tells
    people how things are where that cannot be undone.
    """
    return tuple(_unmount(sandbox, mount, aftermath) for mount in reversed(sandbox.mounts))


def _unmount(sandbox: Sandbox, mount: Mount, aftermath: str) -> Step:
    undo = _mount_again(sandbox, mount)
    return Step(
        f"Unmount {mount.mountpoint}",
        command("umount", mount.mountpoint),
        undo=undo,
        restored=_restored(sandbox, mount) if undo else f"It is not mounted on {mount.mountpoint} any more.",
        aftermath=aftermath,
    )


def _mount_again(sandbox: Sandbox, mount: Mount) -> Command | None:
    """None where nothing is mounted before it that it could be bound from."""
    if mounting.subvolume(mount) or (mount.root == "/" and mount == _first(sandbox)):
        return _anew(sandbox, mount)
    first = _first(sandbox)
    if first is None or sandbox.mounts.index(first) > sandbox.mounts.index(mount):
        return None
    source = f"{first.mountpoint.rstrip('/')}{mount.root}" if mount.root != "/" else first.mountpoint
    read_only = ("ro",) if "ro" in mount.options.split(",") else ()
    own = ",".join((*read_only, *remounting.own(mount), remounting.propagation(mount)))
    return command("mount", "--bind", "-o", own, source, mount.mountpoint)


def _first(sandbox: Sandbox) -> Mount | None:
    return next((mount for mount in sandbox.mounts if mount.root == "/"), None)


def _anew(sandbox: Sandbox, mount: Mount) -> Command:
    if sandbox.engine != SNAPSHOT:
        words = ("ro" if "ro" in mount.options.split(",") else "rw", *remounting.restrictions(mount))
        return overlay.mount_command(sandbox.name, mount.mountpoint, ",".join(words))
    options = _without_replay(mount) if _is_full(sandbox) else remounting.options(sandbox, mount)
    device = paths.device(sandbox.name)
    return command("mount", "-t", mount.fstype, "-o", options, device, mount.mountpoint)


def _without_replay(mount: Mount) -> str:
    return mounting.without_replay(mount.fstype, (*remounting.access(mount), *remounting.restrictions(mount)))


def _is_full(sandbox: Sandbox) -> bool:
    return sandbox.engine == SNAPSHOT and sandbox.status.health is Health.OVERFLOW


def _restored(sandbox: Sandbox, mount: Mount) -> str:
    """What is not as it was once that was undone; empty for nothing."""
    point = mount.mountpoint
    slave = f"What is mounted elsewhere does not reach {point} any more." if mount.master else ""
    if _is_full(sandbox):
        unseen = mounting.unreplayed(mount.fstype)
        writable = f"Once it is not FULL, `sandbox-tui unmount {sandbox.name}` and `mount` make it writable."
        changed = f"It is mounted on {point} again, but read-only.{unseen} {writable}"
    elif mount == _first(sandbox) and remounting.is_bound_read_only(sandbox, mount):
        changed = f"{point} was read-only, and can be written to now."
    else:
        changed = ""
    return " ".join(filter(None, (changed, slave)))
