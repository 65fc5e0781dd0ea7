"""Does a file system have parts on other devices? Such a part would be mounted, written and replayed for
real, whatever is done with the first device.

Formats: struct btrfs_super_block (Linux, include/uapi/linux/btrfs_tree.h), struct ext4_super_block
(Documentation/filesystems/ext4/super.rst), xfs_dsb (fs/xfs/libxfs/xfs_format.h), struct
f2fs_super_block (include/linux/f2fs_fs.h).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.backend.host import Host

_HEAD = 0x11000
"""Bytes from the beginning in which lie all of these superblocks."""


def elsewhere(host: Host, path: str, fstype: str) -> str:
    """What of the file system on a device or image is on another device, as the end of a sentence; empty
    for nothing, or where it cannot be read.
    """
    look = _READERS.get(fstype)
    if look is None:
        return ""
    try:
        with host.open(path) as file:
            return look(file.read(_HEAD))
    except OSError:
        return ""


def _number(head: bytes, start: int, length: int, *, big: bool = False) -> int:
    return int.from_bytes(head[start : start + length], "big" if big else "little")


def _btrfs(head: bytes) -> str:
    start = 0x10000
    if head[start + 0x40 : start + 0x48] != b"_BHRfS_M":
        return ""
    devices = _number(head, start + 0x88, 8)
    return f"its btrfs has {devices} devices" if devices > 1 else ""


def _ext(head: bytes) -> str:
    start, has_journal, inside = 0x400, 0x4, _number(head, 0x400 + 0xE0, 4)
    if _number(head, start + 0x38, 2) != 0xEF53 or not _number(head, start + 0x5C, 4) & has_journal:
        return ""
    return "" if inside else "its journal is on another device"


def _xfs(head: bytes) -> str:
    if head[:4] != b"XFSB":
        return ""
    if not _number(head, 48, 8, big=True):
        return "its log is on another device"
    return "a part of its files is on another device" if _number(head, 16, 8, big=True) else ""


def _f2fs(head: bytes) -> str:
    start, devices = 0x400, 0x400 + 0x899
    if _number(head, start, 4) != 0xF2F52010:
        return ""
    return "its f2fs has several devices" if head[devices + 68 : devices + 69].strip(b"\0") else ""


_READERS: dict[str, Callable[[bytes], str]] = {
    "btrfs": _btrfs,
    "ext3": _ext,
    "ext4": _ext,
    "xfs": _xfs,
    "f2fs": _f2fs,
}
