"""Where an overlay is, and how it is mounted, and mounted again as it was. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import overlayfs, paths
from tui.backend.plan import Plan
from tui.backend.sandboxes import mounting, remounting

if TYPE_CHECKING:
    from tui.backend.command import Command
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.kernel.mountinfo import Mount
    from tui.backend.sandboxes.mounting import Target


def mount(_host: Host, _now: Inventory, sandbox: Sandbox, target: Target, own_place: bool) -> Plan:
    """Its layers, as when it was made."""
    name, options = sandbox.name, mounting.options("overlay", own_place=own_place, suid_dev=False)
    return Plan("mount", name, mounting.overlay_steps(name, target, options), sandboxes=(name,))


def mount_again(sandbox: Sandbox, mount: Mount) -> tuple[Command, str]:
    """From its layers."""
    words = ("ro" if mount.read_only else "rw", *remounting.restrictions(mount))
    return overlayfs.mount_command(sandbox.name, mount.mountpoint, ",".join(words)), ""


def changes(sandbox: Sandbox) -> str:
    """The upper layer."""
    return paths.of(sandbox.name, paths.UPPER)


def made_of(sandbox: Sandbox) -> tuple[tuple[str, str, str], ...]:
    """Its layers."""
    files = sandbox.status.files
    room = "tmpfs, {:,} of {:,} files".format(*files) if files else "tmpfs"
    lower = paths.of(sandbox.name, paths.LOWER)
    return ("Upper", changes(sandbox), room), ("Lower", lower, "read-only")
