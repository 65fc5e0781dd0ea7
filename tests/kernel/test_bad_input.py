"""Requests that cannot be carried out, on real devices: refused or undone, nothing left."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.engines import OVERLAY_HERE
from tests.kernel.lab import PLACE, Lab, loop_over, node, sh, state
from tui.backend.errors import CommandFailed, NotFound, PlanFailed, Refused, SandboxError, UsageError
from tui.backend.inventory import Inventory
from tui.backend.plan import Plan
from tui.backend.sandboxes import perform


def refused(lab: Lab, origin: str, error: type[SandboxError], words: str, **options: Any) -> None:
    before = state()
    with pytest.raises(error) as refusal:
        lab.create(origin, **options)
    assert words in str(refusal.value)
    assert {**state(), "labels": 0} == {**before, "labels": 0}


@pytest.mark.only_no_udev
def test_origins_that_are_in_use(lab: Lab) -> None:
    disk = lab.disk()
    point = Path("/tmp/busy")
    point.mkdir()
    sh("mount", disk.device, str(point))
    refused(lab, disk.device, Refused, "mounted on /tmp/busy")
    refused(lab, disk.image, Refused, "can write to it")
    sh("umount", str(point))
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", f"mount {disk.device} {point}; echo; read line"],
        stdin=-1,
        stdout=-1,
    )
    assert process.stdout
    process.stdout.readline()
    refused(lab, disk.device, Refused, "another namespace")
    process.communicate(b"\n")
    point.rmdir()
    sh("mkswap", disk.device)
    sh("swapon", disk.device)
    refused(lab, disk.device, Refused, "swap")
    sh("swapoff", disk.device)
    sh("dmsetup", "create", "above", "--table", f"0 2048 linear {disk.device} 0")
    refused(lab, disk.device, Refused, "above")
    sh("dmsetup", "remove", "--retry", "above")
    loop = loop_over(disk.device, "--read-only")
    refused(lab, disk.device, Refused, f"attached to {loop}")
    sh("losetup", "--detach", loop)


def test_a_disk_and_its_parts(lab: Lab) -> None:
    disk = lab.disk("raw")
    subprocess.run(["sfdisk", "-q", disk.device], input="size=4M\n", text=True, check=True)
    sh("partx", "--update", disk.device)
    part = f"{disk.device}p1"
    lab.create(part, name="trial", no_mount=True)
    refused(lab, disk.device, Refused, "sandboxed")
    lab.remove("trial")
    lab.create(disk.device, name="trial", no_mount=True)
    refused(lab, part, Refused, "its disk")
    lab.remove("trial")
    sh("partx", "--delete", disk.device)


@pytest.mark.only_no_udev
def test_things_that_are_no_disk(lab: Lab) -> None:
    os.mkfifo(PLACE / "fifo")
    (PLACE / "empty").touch()
    (PLACE / "odd").write_bytes(bytes(1000))
    refused(lab, "/dev/null", Refused, "character device")
    refused(lab, str(PLACE / "fifo"), Refused, "FIFO")
    refused(lab, str(PLACE / "empty"), Refused, "0 bytes")
    refused(lab, str(PLACE / "odd"), Refused, "multiple of 512")
    refused(lab, "/dev/nowhere", NotFound, "does not exist")
    refused(lab, "LABEL=nowhere", NotFound, "LABEL=nowhere")
    refused(lab, "", UsageError, "origin")


@pytest.mark.only_no_udev
def test_a_sandbox_and_its_parts_are_no_origins(lab: Lab) -> None:
    box = lab.create(lab.disk().origin, name="trial")
    refused(lab, node(box), Refused, "is a sandbox")
    assert box.cow_loop
    refused(lab, box.cow_loop.path, Refused, "sandbox")
    lab.remove("trial")


@pytest.mark.only_no_udev
def test_memory_that_is_not_there(lab: Lab) -> None:
    disk = lab.disk("xfs")
    lab.create(disk.origin, name="one", size="max")
    total = lab.host.memory().total
    assert total < 4 << 30
    big = PLACE / "big.img"
    with big.open("wb") as file:
        file.truncate(64 << 30)
    refused(lab, str(big), Refused, "promised", size="100%ram", hash=False, no_mount=True)
    lab.remove("one")


@pytest.mark.only_no_udev
def test_a_disk_that_vanishes_between_reading_and_acting(lab: Lab) -> None:
    disk = lab.disk()
    make = lab.creation(lab.request(disk.origin, name="trial"))

    def late(reading: Inventory) -> Plan:
        plan = make(reading)
        sh("losetup", "--detach", disk.device)
        lab.loops.clear()
        return plan

    before = {**state(), "loops": 0, "labels": 0}
    with pytest.raises(PlanFailed) as failure:
        perform.perform(lab.host, late)
    assert failure.value.undone
    assert {**state(), "loops": 0, "labels": 0} == before


def test_the_kernels_own_reason_is_told(lab: Lab) -> None:
    """Somebody holds the disk exclusively, which no list shows."""
    disk = lab.disk("raw")
    descriptor = os.open(disk.device, os.O_RDONLY | os.O_EXCL)
    with pytest.raises(PlanFailed) as failure:
        lab.create(disk.origin, name="trial")
    os.close(descriptor)
    assert failure.value.undone
    assert "Cannot get origin device" in str(failure.value)


@pytest.mark.only_no_udev
def test_a_full_run(lab: Lab) -> None:
    disk = lab.disk("ext4")
    space = os.statvfs("/run")
    used = max((space.f_blocks - space.f_bfree) * space.f_frsize, 4096)  # 0 would be no limit
    sh("mount", "-o", f"remount,size={used}", "/run")
    with pytest.raises((PlanFailed, CommandFailed), match="No space left"):
        lab.create(disk.origin, name="trial")
    sh("mount", "-o", f"remount,size={space.f_blocks * space.f_frsize}", "/run")
    assert lab.sandboxes() == ()


@pytest.mark.only_no_udev
@pytest.mark.parametrize("engine", ["auto", OVERLAY_HERE])
@pytest.mark.parametrize("damage", ["", "{", "[]", '{"name": "trial"}', "\udcff"])
def test_a_damaged_record_does_not_keep_a_sandbox_from_going(lab: Lab, damage: str, engine: str) -> None:
    disk = lab.disk(attach=False)
    lab.create(disk.origin, name="trial", engine=engine)
    with open("/run/sandbox-tui/trial/sandbox.json", "w", errors="surrogateescape") as file:
        file.write(damage)
    assert lab.sandbox("trial").record is None
    assert not lab.sandbox("trial").interrupted
    lab.remove("trial")


@pytest.mark.only_no_udev
def test_without_the_program(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = lab.disk()
    bin_ = Path("/tmp/bin")
    bin_.mkdir()
    for name in os.listdir("/usr/bin"):
        (bin_ / name).symlink_to(f"/usr/bin/{name}")
    for name in os.listdir("/usr/sbin"):
        if name != "dmsetup" and not (bin_ / name).exists():
            (bin_ / name).symlink_to(f"/usr/sbin/{name}")
    monkeypatch.setattr("tui.backend.run.search_path", lambda: str(bin_))
    refused(lab, disk.origin, Refused, "dmsetup is missing", engine="snapshot")
    assert lab.create(disk.origin, name="trial").engine == "overlay"
    lab.remove("trial")
    monkeypatch.undo()
    for file in bin_.iterdir():
        file.unlink()
    bin_.rmdir()


@pytest.mark.only_no_udev
def test_without_the_ram_disk_module(lab: Lab) -> None:
    disk = lab.disk()
    Path("/run/modprobe.d").mkdir()
    Path("/run/modprobe.d/lab.conf").write_text("install brd /bin/false\n")
    with pytest.raises(PlanFailed, match="brd") as failure:
        lab.create(disk.origin, name="trial", store="ramdisk")
    assert failure.value.undone
    Path("/run/modprobe.d/lab.conf").unlink()
    Path("/run/modprobe.d").rmdir()
