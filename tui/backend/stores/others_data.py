"""Whose data are on the RAM disks: unloading brd would drop it.

The kernel counts the pages of each in /sys/kernel/debug/ramdisk_pages. Source: drivers/block/brd.c of Linux.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import blkid, lenient
from tui.backend.errors import CommandFailed
from tui.backend.kernel.text import number

if TYPE_CHECKING:
    from collections.abc import Collection

    from tui.backend.host import Host
    from tui.backend.inventory.abilities import RamDisks

_HEAD = 4096
"""The bytes that are wiped when a sandbox goes."""
_CHUNK = 1 << 20
_SEVERAL = 8
"""How blkid ends where it finds more than one file system (blkid(8))."""
_SECONDS = 30
"""How long it may take to read through all RAM disks of which the kernel counts no pages."""


def on(host: Host, disks: RamDisks, used: Collection[str], left: str) -> tuple[str, ...]:
    """The RAM disks that may have somebody else's data on them. Sandboxes are on the `used` ones, and one of
    ours was on the one that is `left` (empty: none was). CommandFailed where blkid gives no answer.
    """
    end = host.clock() + _SECONDS
    return tuple(
        name
        for name in disks.names
        if name not in used
        and not (name == left and _is_left_by_us(host, name))
        and not _is_empty(host, name, end)
    )


def _is_left_by_us(host: Host, name: str) -> bool:
    """Whether a RAM disk looks as our sandboxes leave theirs: its beginning is wiped, or, where making a
    sandbox was undone, has the header of an exception store (struct disk_header of dm-snap-persistent.c), and
    blkid finds nothing else on it. Some file systems leave the beginning empty.
    """
    try:
        with host.open(f"/dev/{name}") as disk:
            head = disk.read(_HEAD)
        found = blkid.probe(host, f"/dev/{name}")
    except OSError:
        return False
    except CommandFailed as error:
        if error.status != _SEVERAL:
            raise  # it would stay for ever, for want of an answer
        return False
    return found in ("", "DM_snapshot_cow") and (head.startswith(b"SnAp") or head == bytes(_HEAD))


def _is_empty(host: Host, name: str, end: float) -> bool:
    """Whether nothing was ever written to it, or all of it, read before the clock's `end`, is zero. Reading
    takes no memory: a page that was never written is not made for it. (cmp(1) takes fifty times as long.)
    """
    if number(lenient.text(host, f"/sys/kernel/debug/ramdisk_pages/{name}")) == 0:
        return True
    try:
        with host.open(f"/dev/{name}") as disk:
            while chunk := disk.read(_CHUNK):
                if chunk.count(0) != len(chunk) or host.clock() > end:
                    return False
    except OSError:
        return False
    return True
