"""Unmounting a sandbox everywhere, so that it can be taken back: each mount as it was.

The whole file system, or a subvolume, is mounted again from its device or its layers; what shows the same or
a part of it is bound from that, with the options that a mount has of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.command import command
from tui.backend.inventory import mounts
from tui.backend.plan import Step
from tui.backend.sandboxes import engines, mounting, remounting
from tui.backend.text import clean

if TYPE_CHECKING:
    from tui.backend.command import Command
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.kernel.mountinfo import Mount


def steps(sandbox: Sandbox, aftermath: str = "") -> tuple[Step, ...]:
    """Unmount it everywhere, last first. What is undone of a full one is read-only. `aftermath` tells
    people how things are where that cannot be undone.
    """
    return tuple(_unmount(sandbox, mount, aftermath) for mount in reversed(sandbox.mounts))


def _unmount(sandbox: Sandbox, mount: Mount, aftermath: str) -> Step:
    undo, restored = _way_back(sandbox, mount)
    slave = f"What is mounted elsewhere does not reach {clean(mount.mountpoint)} any more."
    return Step(
        f"Unmount {clean(mount.mountpoint)}",
        command("umount", mount.mountpoint),
        undo=undo,
        restored=" ".join(filter(None, (restored, slave if undo and mount.master is not None else ""))),
        aftermath=aftermath,
    )


def _way_back(sandbox: Sandbox, mount: Mount) -> tuple[Command | None, str]:
    """The command that mounts it again, and what is not as it was then; None where there is no way."""
    above = _above(sandbox, mount)
    if above is not None:
        return _bind(above, mount), _after_replay(sandbox, mount)
    if mount.root != "/" and not mount.subvolume:
        return None, f"It is not mounted on {clean(mount.mountpoint)} any more."
    again, lost = engines.of(sandbox.engine).mount_again(sandbox, mount)
    return again, _after_replay(sandbox, mount) or lost


def _above(sandbox: Sandbox, mount: Mount) -> Mount | None:
    """The first mount before it that shows all that it shows: it can be bound from that."""
    earlier = sandbox.mounts[: sandbox.mounts.index(mount)]
    return next((one for one in earlier if mounts.inside(one, mount) is not None), None)


def _bind(above: Mount, mount: Mount) -> Command:
    own = ("ro",) if mount.read_only else ()
    options = ",".join((*own, *remounting.own(mount), remounting.propagation(mount)))
    source = f"{above.mountpoint.rstrip('/')}{mounts.inside(above, mount)}" or "/"
    return command("mount", "--bind", "-o", options, source, mount.mountpoint)


def _after_replay(sandbox: Sandbox, mount: Mount) -> str:
    """What is not seen in a full one, which is mounted as it is; empty for others."""
    if not sandbox.overflowed:
        return ""
    unseen = mounting.unreplayed(mount.fstype)
    writable = f"Once it is not FULL, `sandbox-tui unmount {sandbox.name}` and `mount` make it writable."
    return f"It is mounted on {clean(mount.mountpoint)} again, but read-only.{unseen} {writable}"
