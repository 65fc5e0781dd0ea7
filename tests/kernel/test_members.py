"""No byte reaches a device that a hostile or failing origin would have the kernel write to."""

import os
import shutil
import struct
from pathlib import Path

import pytest

from tests.kernel.lab import MIB, PLACE, Lab, loop_over, sh
from tui.backend.errors import Refused

pytestmark = pytest.mark.only_no_udev


def victim(lab: Lab) -> tuple[Path, str]:
    """Another disk of this machine, and its node."""
    file = PLACE / "victim.img"
    file.write_bytes(b"PRECIOUS" * (6 * MIB))
    lab.loops.append(node := loop_over(file))
    return file, node


def made(kind: str, *options: str, size: int = 64) -> Path:
    """An image with that file system."""
    file = PLACE / "hostile.img"
    with file.open("wb") as new:
        new.truncate(size * MIB)
    sh(f"mkfs.{kind}", *options, str(file))
    return file


def patch(file: Path, offset: int, data: bytes) -> None:
    """Change some bytes."""
    with file.open("r+b") as disk:
        disk.seek(offset)
        disk.write(data)


def is_refused(lab: Lab, origin: str, words: str) -> None:
    """It is not mounted, and can be had without a mount."""
    for engine in ("snapshot", "overlay"):
        with pytest.raises(Refused, match=words):
            lab.create(origin, name="trial", engine=engine)
    lab.create(origin, name="trial", size="4M", no_mount=True, hash=False)
    with pytest.raises(Refused, match=words):
        lab.mount("trial")
    lab.remove("trial")


def test_a_journal_of_reiserfs_on_another_disk(lab: Lab) -> None:
    """Its magic number says that it has none."""
    if shutil.which("mkfs.reiserfs") is None:
        return  # Debian 13 has no reiserfsprogs; which it has, test_lower.py says
    file, node = victim(lab)
    before, number = sh("sha256sum", str(file)), os.stat(node).st_rdev
    image = made("reiserfs", "-q", "-f", "-f")
    patch(image, 65536 + 16, struct.pack("<I", os.major(number) << 8 | os.minor(number)))
    is_refused(lab, str(image), "journal is on another device")
    assert sh("sha256sum", str(file)) == before


def test_a_log_of_jfs_on_another_disk(lab: Lab) -> None:
    if shutil.which("mkfs.jfs") is None:
        return
    image = made("jfs", "-q")
    flags = int.from_bytes(image.read_bytes()[0x8000 + 36 : 0x8000 + 40], "little")
    assert flags & 0x800
    patch(image, 0x8000 + 36, struct.pack("<I", flags & ~0x800))
    is_refused(lab, str(image), "log is on another device")


def test_a_btrfs_that_denies_its_second_device(lab: Lab) -> None:
    first, second = PLACE / "first.img", PLACE / "second.img"
    for file in (first, second):
        with file.open("wb") as new:
            new.truncate(128 * MIB)
    lab.loops += [one := loop_over(first), two := loop_over(second)]
    sh("mkfs.btrfs", "-q", "-f", "-d", "raid0", "-m", "raid0", one, two)
    is_refused(lab, one, "2 devices")
    patch(first, 0x10000 + 0x88, struct.pack("<Q", 1))
    sh("blockdev", "--flushbufs", one)
    before = sh("sha256sum", str(second))
    is_refused(lab, one, "same btrfs UUID")
    assert sh("sha256sum", str(second)) == before


def test_a_superblock_that_cannot_be_read(lab: Lab) -> None:
    """A failing disk."""
    image = made("ext4", "-q", "-F")
    lab.loops.append(node := loop_over(image))
    size = 64 * MIB // 512
    table = f"0 2 linear {node} 0\n2 2 error\n4 {size - 4} linear {node} 4\n"
    sh("modprobe", "dm_mod")
    sh("dmsetup", "create", "failing", input=table)
    sh("dmsetup", "mknodes", "failing")
    try:
        with pytest.raises(Refused, match=r"cannot be (read|mounted)"):
            lab.create("/dev/mapper/failing", name="trial", mount=f"{PLACE}/there")
    finally:
        sh("dmsetup", "remove", "failing")
        sh("dmsetup", "mknodes", "failing")


def test_an_image_that_somebody_else_can_change(lab: Lab) -> None:
    """Between the look and the mount, and while it is mounted."""
    image = made("ext4", "-q", "-F")
    os.chown(image, 4711, -1)
    is_refused(lab, str(image), "belongs to")
    os.chown(image, 0, -1)
    lab.create(str(image), name="trial", size="4M")
    lab.remove("trial")
