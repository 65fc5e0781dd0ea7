"""Which file systems may have parts on other devices: read from their superblocks, or refused."""

import struct
import uuid
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from tui.backend.inventory import members
from tui.backend.machine import RealHost

FSID = uuid.UUID(int=0x1234)


def block(tmp_path: Path, fstype: str, *pieces: tuple[int, bytes]) -> str:
    """A file with this in its superblock (offsets are of that)."""
    start = PLACES[fstype]
    data = bytearray(0x12000)
    for offset, piece in pieces:
        data[start + offset : start + offset + len(piece)] = piece
    (tmp_path / "disk").write_bytes(data)
    return str(tmp_path / "disk")


def btrfs(tmp_path: Path, devices: int, *more: tuple[int, bytes]) -> str:
    """A btrfs that says so of its devices."""
    head = [(0x20, FSID.bytes), (0x40, b"_BHRfS_M"), (0x88, struct.pack("<Q", devices))]
    return block(tmp_path, "btrfs", *head, *more)


PLACES = {
    "btrfs": 0x10000,
    "ext2": 0x400,
    "ext3": 0x400,
    "ext4": 0x400,
    "xfs": 0,
    "f2fs": 0x400,
    "reiserfs": 0x10000,
    "jfs": 0x8000,
}
"""Where Linux has each superblock, first of all."""
REISER = (52, b"ReIsEr2Fs")
EXT = ((0x38, b"\x53\xef"), (0x5C, b"\x04"))


@pytest.mark.parametrize(
    ("fstype", "pieces", "said"),
    [
        ("ext4", EXT, "journal is on another device"),
        ("ext3", (*EXT, (0xE0, b"\x08")), ""),
        ("ext2", EXT, "journal is on another device"),
        ("xfs", ((0, b"XFSB"),), "log is on another device"),
        ("xfs", ((0, b"XFSB"), (48, b"\0" * 7 + b"\1")), ""),
        ("xfs", ((0, b"XFSB"), (48, b"\0" * 7 + b"\1"), (16, b"\0" * 7 + b"\1")), "on another device"),
        ("f2fs", ((0, struct.pack("<I", 0xF2F52010)), (0x899 + 68, b"/dev/x")), "several devices"),
        ("f2fs", ((0, struct.pack("<I", 0xF2F52010)),), ""),
        ("reiserfs", (REISER, (16, struct.pack("<I", 0x701))), "journal is on another device"),
        ("reiserfs", (REISER,), ""),
        ("jfs", ((0, b"JFS1"),), "log is on another device"),
        ("jfs", ((0, b"JFS1"), (36, struct.pack("<I", 0x800))), ""),
    ],
)
def test_what_a_superblock_says(
    tmp_path: Path, fstype: str, pieces: tuple[tuple[int, bytes], ...], said: str
) -> None:
    found = members.elsewhere(RealHost(), block(tmp_path, fstype, *pieces), fstype)
    assert said in found
    assert bool(said) is bool(found)


@pytest.mark.parametrize("devices", [0, 2, 1 << 40])
def test_a_btrfs_of_several_devices(tmp_path: Path, devices: int) -> None:
    assert f"has {devices} devices" in members.elsewhere(RealHost(), btrfs(tmp_path, devices), "btrfs")


@pytest.mark.parametrize("place", [0x20, 0x23B])
def test_a_btrfs_whose_number_of_devices_is_false(tmp_path: Path, place: int) -> None:
    """The kernel takes every device of its UUID for a part of it."""
    for name in "abc":
        (tmp_path / name).mkdir()
    other, twin = btrfs(tmp_path / "a", 1, (0x20, b"x" * 16)), btrfs(tmp_path / "b", 1, (0x20, b"y" * 16))
    harmless = (block(tmp_path / "c", "xfs", (0, b"XFSB")), other, "/none")
    path = btrfs(tmp_path, 1, (place, b"y" * 16))
    assert f"{twin} has the same" in members.elsewhere(RealHost(), path, "btrfs", (*harmless, twin))
    assert members.elsewhere(RealHost(), path, "btrfs", harmless) == ""


@pytest.mark.parametrize("fstype", ["bcachefs", "zfs", "gfs2", ""])
def test_what_is_not_known_is_said(fstype: str) -> None:
    assert "is not known" in members.elsewhere(RealHost(), "/dev/null", fstype)


@pytest.mark.parametrize("fstype", ["vfat", "ntfs", "udf", "squashfs", "nilfs2"])
def test_what_knows_no_other_device_is_not_read(fstype: str) -> None:
    assert members.elsewhere(RealHost(), "/is/not/there", fstype) == ""


class Broken(RealHost):
    """A disk that cannot be read, or ends early."""

    def __init__(self, error: OSError | None) -> None:
        super().__init__()
        self.error = error

    def open(self, path: str) -> BinaryIO:
        if self.error is not None:
            raise self.error
        return BytesIO(b"short")


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), None])
@pytest.mark.parametrize("fstype", list(members._READERS))
def test_what_cannot_be_read_is_not_taken_for_good(fstype: str, error: OSError | None) -> None:
    found = members.elsewhere(Broken(error), "/dev/x", fstype)
    assert "cannot be read" in found
    assert ("Input/output error" if error else "there is no superblock") in found


@pytest.mark.parametrize(
    ("fstype", "places", "piece"),
    [
        ("reiserfs", (0x10000, 0x2000), (16, struct.pack("<I", 0x801))),
        ("f2fs", (0x400, 0x1400), (0x899 + 68, b"/dev/sda")),
        ("jfs", (0x8000, 0xF000), (36, bytes(4))),
    ],
)
@pytest.mark.parametrize("only", [True, False], ids=["the other alone", "both"])
def test_a_superblock_in_another_place(
    tmp_path: Path, fstype: str, places: tuple[int, int], piece: tuple[int, bytes], only: bool
) -> None:
    """The kernel may take that one: for reiserfs it looks there first, f2fs and JFS have a copy."""
    magic = {"reiserfs": REISER, "f2fs": (0, struct.pack("<I", 0xF2F52010)), "jfs": (0, b"JFS1")}[fstype]
    data = bytearray(0x12000)
    harmless = (36, struct.pack("<I", 0x800)) if fstype == "jfs" else magic
    for start, pieces in zip(places, (() if only else (magic, harmless), (magic, piece)), strict=True):
        for offset, text in pieces:
            data[start + offset : start + offset + len(text)] = text
    (tmp_path / "disk").write_bytes(data)
    found = members.elsewhere(RealHost(), str(tmp_path / "disk"), fstype)
    assert "another device" in found or "several devices" in found
