"""The beginning of a disk of the practice machine: as much of a superblock as tells of other devices.

Formats: see `inventory/members.py`.
"""

from tui.backend.practice.nodes import Content

_SIZE = 0x12000
_PIECES: dict[str, tuple[tuple[int, bytes], ...]] = {
    "ext2": ((0x438, b"\x53\xef"),),
    "ext3": ((0x438, b"\x53\xef"), (0x45C, b"\x04"), (0x4E0, b"\x08")),
    "ext4": ((0x438, b"\x53\xef"), (0x45C, b"\x04"), (0x4E0, b"\x08")),
    "xfs": ((0, b"XFSB"), (55, b"\x01")),
    "btrfs": ((0x10040, b"_BHRfS_M"), (0x10088, b"\x01")),
    "f2fs": ((0x400, b"\x10\x20\xf5\xf2"),),
}
"""Offset and bytes, by file system."""


def superblock(content: Content | None) -> bytes:
    """The first bytes of a disk with that on it; zeros where there is nothing."""
    block = bytearray(_SIZE)
    for offset, piece in _PIECES.get(content.fstype if content else "", ()):
        block[offset : offset + len(piece)] = piece
    return bytes(block)
