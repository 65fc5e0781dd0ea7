"""What can still be done for a snapshot whose store is full.

Measured on Linux 6.1 and 6.12: its device can be read, all that was written before included. ext4 goes
on reading; XFS and btrfs shut down when they cannot write their own data: then nothing can be read
where they are mounted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import paths

if TYPE_CHECKING:
    from tui.backend.inventory.sandboxes import Sandbox

_SHUT_DOWN = frozenset({"xfs", "btrfs"})
_OPTIONS = {
    "ext3": "ro,noload",
    "ext4": "ro,noload",
    "xfs": "ro,norecovery,nouuid",
    "btrfs": "ro,rescue=nologreplay",
}
"""Mount options that replay no journal: that would have to write."""
PLACE = "/mnt"
"""Where the advice mounts it: any empty directory will do."""


def advice(sandbox: Sandbox) -> str:
    """How to get the files out of a full snapshot, by hand."""
    first = "Nothing more can be written. Do not remove it yet: its device can still be read."
    point, fstype = sandbox.mountpoint, _fstype(sandbox)
    place = point or (PLACE if fstype else paths.device(sandbox.name))
    copy = f"Copy what you need from {place}, then remove it."
    if not fstype or (point and fstype not in _SHUT_DOWN):
        return f"{first} {copy}"
    steps = "; ".join(commands(sandbox))
    missing = " The newest files may be missing there." if fstype in _OPTIONS else ""
    if point is None:
        return f"{first} {steps}. {copy}{missing}"
    return f"{first} {copy} If {fstype} has shut down, so that files cannot be read there: {steps}.{missing}"


def commands(sandbox: Sandbox) -> tuple[str, ...]:
    """The commands after which the files are below PLACE, as lines of shell."""
    fstype = _fstype(sandbox)
    unmount = (f"sandbox-tui unmount {sandbox.name}",) if sandbox.mountpoint else ()
    options = _OPTIONS.get(fstype, "ro")
    return (*unmount, f"mount -t {fstype} -o {options} {paths.device(sandbox.name)} {PLACE}")


def _fstype(sandbox: Sandbox) -> str:
    """What is mounted, else what the origin holds; empty where nothing was ever mounted."""
    if sandbox.mounts:
        return sandbox.mounts[0].fstype
    record = sandbox.record
    return record.fstype if record is not None and record.mount is not None else ""
