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
_OPTIONS = {"xfs": "-o nouuid "}
"""XFS refuses a UUID that it has seen before."""
PLACE = "/mnt"
"""Where the files are shown: any empty directory will do."""
_ROOM = "256M"
"""For what the replay writes; memory is taken on write only."""


def advice(sandbox: Sandbox) -> str:
    """How to get the files out of a full snapshot: sentences, then the commands, a line each."""
    first = "Nothing more can be written. Do not remove it yet: its device can still be read."
    point, fstype = sandbox.mountpoint, _fstype(sandbox)
    place = point or (PLACE if fstype else paths.device(sandbox.name))
    copy = f"Copy what you need from {place}, then remove it."
    if not fstype or (point and fstype not in _SHUT_DOWN):
        return f"{first} {copy}"
    lines = "\n".join(commands(sandbox))
    if point is None:
        return f"{first} Mount a snapshot of it, as root:\n{lines}\n{copy}"
    return f"{first} {copy} Where {fstype} has shut down, mount a snapshot of it, as root:\n{lines}"


def commands(sandbox: Sandbox) -> tuple[str, ...]:
    """The commands after which the files are below PLACE, as lines of shell."""
    name, device = sandbox.name, paths.device(sandbox.name)
    rescue = f"{name}-rescue"
    table = f"0 $(blockdev --getsz {device}) snapshot {device} $loop PO 8"
    return (
        *((f"sandbox-tui unmount {name}",) if sandbox.mountpoint else ()),
        "file=$(mktemp --tmpdir=/dev/shm)",
        f'truncate --size={_ROOM} "$file"',
        'loop=$(losetup --find --show "$file")',
        f'dmsetup create {rescue} --uuid {paths.uuid(name, "rescue")} --table "{table}"',
        f"mount -t {_fstype(sandbox)} {_OPTIONS.get(_fstype(sandbox), '')}{paths.device(rescue)} {PLACE}",
    )


def _fstype(sandbox: Sandbox) -> str:
    """What is mounted, else what the origin holds; empty where nothing was ever mounted."""
    if sandbox.mounts:
        return sandbox.mounts[0].fstype
    record = sandbox.record
    return record.fstype if record is not None and record.mount is not None else ""
