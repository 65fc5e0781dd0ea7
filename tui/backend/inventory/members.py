"""Does a file system have parts on other devices? Such a part would be mounted, written and replayed for
real, whatever is done with the first device.

Formats: struct btrfs_super_block (Linux, include/uapi/linux/btrfs_tree.h), struct ext4_super_block
(Documentation/filesystems/ext4/super.rst), xfs_dsb (fs/xfs/libxfs/xfs_format.h), struct f2fs_super_block
(include/linux/f2fs_fs.h), struct reiserfs_super_block_v1 (fs/reiserfs/reiserfs.h), struct jfs_superblock
(fs/jfs/jfs_superblock.h).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import limited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui.backend.host import Host

_ALONE = frozenset(
    "vfat msdos exfat ntfs ntfs3 udf iso9660 squashfs erofs cramfs romfs minix nilfs2 hfs hfsplus".split()
)
"""File systems that know of no other device: nothing in their formats names one."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """The bytes of a superblock, what reads it (None: it is none), and all places where the kernel may take
    one from: it is enough that one of them names another device.
    """

    length: int
    look: Callable[[bytes], str | None]
    places: tuple[int, ...]


def elsewhere(host: Host, path: str, fstype: str, others: Iterable[str] = ()) -> str:
    """Why the file system on a device or image may have parts on other devices, as the end of a sentence;
    empty where it has none. `others` are the paths of the devices that could be parts of it.
    """
    if fstype in _ALONE:
        return ""
    if fstype not in _READERS:
        return f"whether {fstype} can have parts on other devices is not known"
    reader = _READERS[fstype]
    try:
        blocks = [_block(host, path, place, reader.length) for place in reader.places]
    except OSError as error:
        return f"whether it has parts on other devices cannot be read ({error.strerror})"
    told = [found for block in blocks if (found := reader.look(block)) is not None]
    if not told:
        return "whether it has parts on other devices cannot be read (there is no superblock)"
    twin = _twin(host, blocks[0], others) if fstype == "btrfs" else ""
    return next(filter(None, told), twin)


def _block(host: Host, path: str, start: int, length: int) -> bytes:
    with host.open(path) as file:
        file.seek(start)
        return file.read(length).ljust(length, b"\0")


def _number(block: bytes, start: int, length: int, *, big: bool = False) -> int:
    return int.from_bytes(block[start : start + length], "big" if big else "little")


def _btrfs(block: bytes) -> str | None:
    if block[0x40:0x48] != b"_BHRfS_M":
        return None
    devices = _number(block, 0x88, 8)
    return f"its btrfs has {devices} devices" if devices != 1 else ""


def _twin(host: Host, block: bytes, others: Iterable[str]) -> str:
    """The number of devices may be false: the kernel takes all that have the same UUID for its parts."""
    own = _uuids(block)
    same = next((path for path in others if own & _uuids(_superblock(host, path))), "")
    return f"{same} has the same btrfs UUID" if same else ""


def _superblock(host: Host, path: str) -> bytes:
    """That of a btrfs; empty for others, and for what does not answer (a suspended device)."""
    reader = _READERS["btrfs"]
    with suppress(OSError):
        return limited.call(lambda: _block(host, path, reader.places[0], reader.length))
    return b""


def _uuids(block: bytes) -> set[bytes]:
    """Its UUID, and that which it had before `btrfstune -m`."""
    if block[0x40:0x48] != b"_BHRfS_M":
        return set()
    return {found for start in (0x20, 0x23B) if any(found := block[start : start + 16])}


def _ext(block: bytes) -> str | None:
    has_journal, inside = 0x4, _number(block, 0xE0, 4)
    if _number(block, 0x38, 2) != 0xEF53:
        return None
    return "its journal is on another device" if _number(block, 0x5C, 4) & has_journal and not inside else ""


def _xfs(block: bytes) -> str | None:
    if block[:4] != b"XFSB":
        return None
    if not _number(block, 48, 8, big=True):
        return "its log is on another device"
    return "a part of its files is on another device" if _number(block, 16, 8, big=True) else ""


def _f2fs(block: bytes) -> str | None:
    devices = 0x899
    if _number(block, 0, 4) != 0xF2F52010:
        return None
    return "its f2fs has several devices" if block[devices + 68 : devices + 69].strip(b"\0") else ""


def _reiserfs(block: bytes) -> str | None:
    """The kernel believes the number of the journal's device, whatever else is said of the journal."""
    if not block[52:].startswith((b"ReIsErFs", b"ReIsEr2Fs", b"ReIsEr3Fs")):
        return None
    return "its journal is on another device" if _number(block, 16, 4) else ""


def _jfs(block: bytes) -> str | None:
    log_inside = 0x800
    if block[:4] != b"JFS1":
        return None
    return "" if _number(block, 36, 4) & log_inside else "its log is on another device"


_READERS = {
    "btrfs": _Reader(0x1000, _btrfs, (0x10000,)),
    "ext2": _Reader(0x400, _ext, (0x400,)),
    "ext3": _Reader(0x400, _ext, (0x400,)),
    "ext4": _Reader(0x400, _ext, (0x400,)),
    "xfs": _Reader(0x200, _xfs, (0,)),
    "f2fs": _Reader(0xC00, _f2fs, (0x400, 0x1400)),
    "reiserfs": _Reader(0x100, _reiserfs, (0x2000, 0x10000)),
    "jfs": _Reader(0x200, _jfs, (0x8000, 0xF000)),
}
