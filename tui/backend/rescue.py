"""What can still be done for a snapshot whose store is full.

Measured on Linux 6.1: its device can be read, with all that was written to it before. ext4 and vfat go on
showing their files. XFS and btrfs shut down when they cannot write their own data, and most of what was
saved last is in their journal only, whose replay would have to write. A second snapshot, of the full
one, takes what the replay writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import paths

if TYPE_CHECKING:
    from tui.backend.inventory.sandboxes import Sandbox

_SHUT_DOWN = frozenset({"xfs", "btrfs"})
PLACE = "/mnt"
"""Where the files are shown: any empty directory will do."""
_ROOM = "256M"
"""For what the replay writes; memory is taken on write only."""


def shuts_down(sandbox: Sandbox) -> bool:
    """Whether the file system that is mounted may show nothing any more."""
    return any(mount.fstype in _SHUT_DOWN for mount in sandbox.mounts)


def advice(sandbox: Sandbox) -> str:
    """How to get the files out of a full snapshot: sentences, and commands for root, a line each."""
    first = "Nothing more can be written. Do not remove it yet: its device can still be read."
    if sandbox.mountpoint and not shuts_down(sandbox):
        return f"{first} Copy what you need from {sandbox.mountpoint}, then remove it."
    device, point = paths.device(sandbox.name), sandbox.mountpoint
    shown = f"files from {point}, where it has not shut down" if point else device
    lines = (
        f"{first} Copy {shown}; or mount a snapshot of it:",
        *commands(sandbox),
        f"Copy what you need from {PLACE}. Then:",
        *undo(sandbox),
    )
    return "\n".join(lines)


def commands(sandbox: Sandbox) -> tuple[str, ...]:
    """The commands after which the files are below PLACE, as lines of shell."""
    device, rescue = paths.device(sandbox.name), _map(sandbox)
    table = f"0 $(blockdev --getsz {device}) snapshot {device} $loop PO 8"
    return (
        *((f"sandbox-tui unmount {sandbox.name}",) if sandbox.mountpoint else ()),
        "file=$(mktemp --tmpdir=/dev/shm)",
        f'truncate --size={_ROOM} "$file"',
        'loop=$(losetup --find --show "$file")',
        f'dmsetup create {rescue} --uuid {paths.uuid(sandbox.name, "rescue")} --table "{table}"',
        f"dmsetup mknodes {rescue}",
        f"mount {paths.device(rescue)} {PLACE}",
    )


def undo(sandbox: Sandbox) -> tuple[str, ...]:
    """The commands that take those back, and the sandbox with them."""
    return (
        f"umount {PLACE}",
        f"dmsetup remove {_map(sandbox)}",
        f"dmsetup mknodes {_map(sandbox)}",
        'losetup --detach "$loop"',
        'rm "$file"',
        f"sandbox-tui remove {sandbox.name}",
    )


def _map(sandbox: Sandbox) -> str:
    return f"{sandbox.name}-rescue"
