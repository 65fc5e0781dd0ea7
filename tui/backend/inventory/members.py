"""Does a file system have parts on other devices? Such a part would be mounted, written and replayed for
real, whatever is done with the first device.

Formats: struct btrfs_super_block (Linux, include/uapi/linux/btrfs_tree.h), struct ext4_super_block
(Documentation/filesystems/ext4/super.rst), xfs_dsb (fs/xfs/libxfs/xfs_format.h), struct f2fs_super_block
(include/linux/f2fs_fs.h), struct reiserfs_super_block_v1 (fs/reiserfs/reiserfs.h), struct jfs_superblock
(fs/jfs/jfs_superblock.h).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tui.backend import limited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui.backend.host import Host

_ALONE = frozenset(
    "vfat msdos exfat ntfs ntfs3 udf iso9660 squashfs erofs cramfs romfs minix nilfs2 hfs hfsplus".split()
)
"""File systems that know of no other device: nothing in their formats names one."""


def elsewhere(host: Host, path: str, fstype: str, others: Iterable[str] = ()) -> str:
    """Why the file system on a device or image may have parts on other devices, as the end of a sentence;
    empty where it has none. `others` are the paths of the devices that could be parts of it.
    """
    if fstype in _ALONE:
        return ""
    if fstype not in _READERS:
        return f"whether {fstype} can have parts on other devices is not known"
    start, length, look = _READERS[fstype]
    try:
        with host.open(path) as file:
            file.seek(start)
            found = file.read(length)
    except OSError as error:
        return f"whether it has parts on other devices cannot be read ({error.strerror})"
    if len(found) < length:
        return "whether it has parts on other devices cannot be read (it ends too early)"
    return look(found) or (_twin(host, found, others) if fstype == "btrfs" else "")


def _number(block: bytes, start: int, length: int, *, big: bool = False) -> int:
    return int.from_bytes(block[start : start + length], "big" if big else "little")


def _btrfs(block: bytes) -> str:
    if block[0x40:0x48] != b"_BHRfS_M":
        return ""
    devices = _number(block, 0x88, 8)
    return f"its btrfs has {devices} devices" if devices != 1 else ""


def _twin(host: Host, block: bytes, others: Iterable[str]) -> str:
    """The number of devices may be false: the kernel takes all that have the same UUID for its parts."""
    own = _uuids(block)
    same = next((path for path in others if own & _uuids(_superblock(host, path))), "")
    return f"{same} has the same btrfs UUID" if same else ""


def _superblock(host: Host, path: str) -> bytes:
    """That of a btrfs; empty for others, and for what does not answer (a suspended device)."""
    start, length, _look = _READERS["btrfs"]

    def read() -> bytes:
        with host.open(path) as file:
            file.seek(start)
            return file.read(length)

    with suppress(OSError):
        return limited.call(read)
    return b""


def _uuids(block: bytes) -> set[bytes]:
    """Its UUID, and that which it had before `btrfstune -m`."""
    if block[0x40:0x48] != b"_BHRfS_M":
        return set()
    return {found for start in (0x20, 0x23B) if any(found := block[start : start + 16])}


def _ext(block: bytes) -> str:
    has_journal, inside = 0x4, _number(block, 0xE0, 4)
    if _number(block, 0x38, 2) != 0xEF53 or not _number(block, 0x5C, 4) & has_journal:
        return ""
    return "" if inside else "its journal is on another device"


def _xfs(block: bytes) -> str:
    if block[:4] != b"XFSB":
        return ""
    if not _number(block, 48, 8, big=True):
        return "its log is on another device"
    return "a part of its files is on another device" if _number(block, 16, 8, big=True) else ""


def _f2fs(block: bytes) -> str:
    devices = 0x899
    if _number(block, 0, 4) != 0xF2F52010:
        return ""
    return "its f2fs has several devices" if block[devices + 68 : devices + 69].strip(b"\0") else ""


def _reiserfs(block: bytes) -> str:
    """The kernel believes the number of the journal's device, whatever else is said of the journal."""
    return "its journal is on another device" if _number(block, 16, 4) else ""


def _jfs(block: bytes) -> str:
    log_inside = 0x800
    return "" if _number(block, 36, 4) & log_inside else "its log is on another device"


_READERS: dict[str, tuple[int, int, Callable[[bytes], str]]] = {
    "btrfs": (0x10000, 0x1000, _btrfs),
    "ext2": (0x400, 0x400, _ext),
    "ext3": (0x400, 0x400, _ext),
    "ext4": (0x400, 0x400, _ext),
    "xfs": (0, 0x200, _xfs),
    "f2fs": (0x400, 0xC00, _f2fs),
    "reiserfs": (0x10000, 0x100, _reiserfs),
    "jfs": (0x8000, 0x200, _jfs),
}
"""Where each superblock is, its bytes, and what reads it."""
