"""Where an overlay is, and how it is mounted again as it was. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import overlayfs, paths
from tui.backend.sandboxes import remounting

if TYPE_CHECKING:
    from tui.backend.command import Command
    from tui.backend.inventory.mounts import Mount
    from tui.backend.inventory.sandboxes import Sandbox


def device(name: str) -> None:
    """It has none: it is a mount."""
    del name


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
