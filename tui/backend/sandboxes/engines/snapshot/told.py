"""Where a snapshot is, and how it is mounted again as it was. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import paths, sizes
from tui.backend.command import command
from tui.backend.sandboxes import remounting
from tui.backend.text import clean

if TYPE_CHECKING:
    from tui.backend.command import Command
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.kernel.mountinfo import Mount


def mount_again(sandbox: Sandbox, mount: Mount) -> tuple[Command, str]:
    """A full one without replaying its journal, which takes room."""
    options = remounting.options(sandbox, mount)
    if sandbox.overflowed:
        options = remounting.without_replay(mount)
    device = paths.device(sandbox.name)
    again = command("mount", "-t", mount.fstype, "-o", options, device, mount.mountpoint)
    lost = remounting.is_bound_read_only(sandbox, mount)
    return again, f"{clean(mount.mountpoint)} was read-only, and can be written to now." if lost else ""


def changes(sandbox: Sandbox) -> str | None:
    """The COW device."""
    return f"/dev/{sandbox.cow}" if sandbox.cow else None


def made_of(sandbox: Sandbox) -> tuple[tuple[str, str, str], ...]:
    """Its device and its COW device."""
    size = f"{sizes.show(sandbox.map.size)}, writable" if sandbox.map else "gone"
    return ("Device", paths.device(sandbox.name), size), ("COW", changes(sandbox) or "gone", _recipe(sandbox))


def _recipe(sandbox: Sandbox) -> str:
    record = sandbox.record
    return f"{record.store}, {record.policy}, chunks of {sizes.show(record.chunk)}" if record else "unknown"
