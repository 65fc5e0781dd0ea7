"""The four ways to a writable root, and how a Live CD finds its medium."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from tests import soak
from tests.livecd.boots import SERIAL, Boot, boot, uefi

NO_WAITING = ("-icount", "shift=0,sleep=off")
"""While the machine has nothing to do but wait, its clock goes on at once."""


def start(direct: list[str], options: str, *more: str, memory: str = "512") -> Boot:
    return boot(*direct, "-append", SERIAL + options, *more, memory=memory)


def works(found: Boot, way: str) -> None:
    """It came to its marker that way, what was written can be read, and nothing got lost."""
    assert found.way == way
    assert found.note("pid") == "1"
    assert found.note("reads") == "written now"
    assert found.note("owner") == "1000:1001 link 2 device character special file"
    assert "MARKER of the tiny root" in found.text


def gauge(found: Boot) -> tuple[int, int]:
    """Used and total sectors of the snapshot."""
    used, total = found.note("status").split("snapshot ")[1].split(" ")[0].split("/")
    return int(used), int(total)


def test_dm_from_a_cd_under_bios(iso: Path) -> None:
    found = boot("-cdrom", str(iso))
    works(found, "dm")
    assert found.note("root") == "/dev/mapper/root ext4"
    assert found.note("medium").startswith("iso9660 ro")
    used, total = gauge(found)
    assert 0 < used < total == int(found.ready[3]) * 2
    record = json.loads(found.note("record"))
    assert (record["engine"], record["policy"], record["chunk"]) == ("snapshot", "PO", 4096)
    assert record["size"] == total * 512


def test_dm_from_a_usb_stick_under_uefi(iso: Path, tmp_path: Path) -> None:
    stick = ["-drive", f"if=none,id=stick,format=raw,readonly=on,file={iso}"]
    stick += ["-device", "qemu-xhci", "-device", "usb-storage,drive=stick,bootindex=0"]
    found = boot(*uefi(tmp_path), *stick)
    works(found, "dm")
    assert found.note("medium").startswith("iso9660 ro")


def test_union_beside_a_disk_with_a_dirty_journal(direct: list[str], tmp_path: Path) -> None:
    """Mounting that disk, even read-only, would replay its journal."""
    decoy = tmp_path / "decoy.img"
    subprocess.run(["mkfs.ext4", "-q", "-F", "-L", "SANDBOX_LIVE", decoy, "32M"], check=True)
    subprocess.run(["debugfs", "-w", "-R", "feature needs_recovery", decoy], check=True, capture_output=True)
    shown = subprocess.run(["dumpe2fs", "-h", decoy], check=True, capture_output=True, text=True).stdout
    assert "needs_recovery" in shown
    before = hashlib.sha256(decoy.read_bytes()).digest()
    disk = ("-drive", f"if=virtio,format=raw,file={decoy}")
    found = start(direct, "sandbox.mode=union sandbox.size=64M", *disk)
    works(found, "union")
    assert found.note("root") == "sandbox-tui overlay"
    assert found.ready[3] == str(64 * 1024)
    assert found.note("store").split()[1] == str(64 * 1024)
    assert json.loads(found.note("record"))["engine"] == "overlay"
    assert hashlib.sha256(decoy.read_bytes()).digest() == before


def test_tmpfs(direct: list[str]) -> None:
    found = start(direct, "sandbox.mode=tmpfs sandbox.size=32M sandbox.verify")
    works(found, "tmpfs")
    assert "verified" in found.text
    assert found.note("medium") == ""
    assert gauge(found)[0] > 0
    assert json.loads(found.note("record"))["origin"] == "/run/sandbox-tui/.ram/root.squashfs"


def test_initramfs(direct: list[str]) -> None:
    found = start(direct, "sandbox.mode=initramfs sandbox.size=10%")
    works(found, "initramfs")
    assert found.note("root").endswith("tmpfs")
    assert found.note("medium") == ""
    assert found.notes("record") == []


@pytest.mark.parametrize("memory", soak.share([256, 512, 2300, 4096, 12288], 2, "memory for dm"))
def test_dm_with_little_and_much_memory(direct: list[str], memory: int) -> None:
    """Half of what is free, or what the whole image takes when each block of it is changed (MiB)."""
    found = start(direct, "", memory=str(memory))
    works(found, "dm")
    assert "is no size" not in found.text
    assert "more than the free memory" not in found.text
    assert 16 << 10 < int(found.ready[3]) < memory << 9


@pytest.mark.parametrize(
    ("way", "memory"),
    soak.share([("union", 2300), ("tmpfs", 2300), ("initramfs", 4096)], 1, "memory for the others"),
)
def test_the_other_ways_above_two_gib(direct: list[str], way: str, memory: int) -> None:
    found = start(direct, f"sandbox.mode={way}", memory=str(memory))
    works(found, way)
    assert int(found.ready[3]) < memory << 9
    if way != "tmpfs":  # a snapshot needs no more than its image
        assert int(found.ready[3]) > memory * 400


@pytest.mark.parametrize(
    ("asked", "kib"),
    soak.share([("3000000000", 3_000_000_000 // 1024), ("2100M", 2100 << 10), ("060%", None)], 1, "sizes"),
)
def test_sizes_above_two_gib(direct: list[str], asked: str, kib: int | None) -> None:
    found = start(direct, f"sandbox.mode=union sandbox.size={asked}", memory="4096")
    works(found, "union")
    total = int(found.ready[3])
    assert abs(total - kib) < 4 if kib else 2100 << 10 < total < 2600 << 10


def test_too_little_memory_falls_back_to_dm(direct: list[str]) -> None:
    # enough for the kernel and dm, and less than the 192 MiB that have to stay free beside a copy
    found = start(direct, "sandbox.mode=tmpfs", memory="230")
    works(found, "dm")
    assert 'not enough memory for "tmpfs"' in found.text


def test_overflow_leaves_the_system_readable(direct: list[str]) -> None:
    found = start(direct, "sandbox.size=16M test.do=overflow")
    works(found, "dm")
    assert "Overflow" in found.note("status")
    assert found.notes("still readable") == [""]


def test_without_its_medium_it_says_so(direct: list[str]) -> None:
    options = direct[: direct.index("-cdrom")]
    found = boot(*options, *NO_WAITING, "-append", SERIAL, end="A shell to look around")
    assert "sandbox-tui: cannot boot: no drive has the medium with the UUID " in found.text
