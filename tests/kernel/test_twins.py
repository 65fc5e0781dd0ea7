"""A sandbox has its origin's UUID and label; the host must not mistake one for the other."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.kernel.lab import Lab, node, sh
from tui.backend.inventory import abilities


@pytest.mark.own_kernel
def test_names_of_the_origin_stay_with_it(lab: Lab) -> None:
    disk = lab.disk("ext4")
    sh("udevadm", "trigger", "--settle", disk.device)
    link = Path("/dev/disk/by-label/lab")
    assert os.path.realpath(link) == disk.device
    box = lab.create(disk.origin, name="trial")
    sh("udevadm", "settle")
    assert os.path.realpath(link) == disk.device
    assert "SYSTEMD_READY=0" in (found := sh("udevadm", "info", "--query=property", node(box)))
    assert "DM_UDEV_DISABLE_DISK_RULES_FLAG=1" in found
    lab.remove("trial")
    sh("udevadm", "settle")
    assert os.path.realpath(link) == disk.device


def test_partitions_in_a_sandbox_take_no_names(lab: Lab) -> None:
    """Those that kpartx makes: part1-SANDBOX-trial."""
    disk = lab.disk("raw")
    subprocess.run(["sfdisk", "-q", disk.device], input=",,\n", text=True, check=True)
    sh("partx", "--update", disk.device)
    sh("mkfs.ext4", "-q", "-F", "-L", "inpart", f"{disk.device}p1")
    sh("udevadm", "trigger", "--settle", f"{disk.device}p1")
    link = Path("/dev/disk/by-label/inpart")
    assert os.path.realpath(link) == f"{disk.device}p1"
    box = lab.create(disk.origin, name="trial", no_mount=True)
    length = int(sh("blockdev", "--getsz", f"{disk.device}p1"))
    uuid = ("--uuid", "part1-SANDBOX-trial")
    sh("dmsetup", "create", "trial1", *uuid, "--table", f"0 {length} linear {node(box)} 2048")
    sh("udevadm", "settle")
    assert os.path.realpath(link) == f"{disk.device}p1"
    sh("dmsetup", "remove", "--retry", "trial1")
    lab.remove("trial")
    sh("partx", "--delete", disk.device)


@pytest.mark.parametrize("engine", ["snapshot", "overlay"])
def test_the_loop_device_over_an_image_takes_no_names(lab: Lab, engine: str) -> None:
    disk = lab.disk("ext4", attach=False)
    lab.create(disk.image, name="trial", engine=engine)
    sh("udevadm", "settle")
    loop = lab.sandbox("trial").origin_loop
    assert loop
    assert Path("/dev/disk/by-label/lab").resolve() != Path(loop.path)
    assert "SYSTEMD_READY=0" in sh("udevadm", "info", "--query=property", loop.path)
    lab.remove("trial")


def test_a_label_names_the_origin_even_when_a_sandbox_has_it_too(lab: Lab) -> None:
    disk = lab.disk("ext4")
    sh("udevadm", "trigger", "--settle", disk.device)
    lab.create("LABEL=lab", name="one", size="2M")
    box = lab.create("LABEL=lab", name="two", size="2M")
    assert box.record
    assert box.record.origin == disk.device
    assert lab.create("/dev/disk/by-label/lab", name="three", size="2M").record
    lab.remove("one", "two", "three")


@pytest.mark.own_kernel
def test_lvm_inside_is_not_activated(lab: Lab) -> None:
    disk = lab.disk("raw")
    sh("wipefs", "-aq", disk.device)
    sh("pvcreate", "-q", disk.device)
    sh("vgcreate", "-q", "labvg", disk.device)
    sh("vgchange", "-an", "labvg")
    box = lab.create(disk.origin, name="trial")
    assert box.mountpoint is None
    sh("udevadm", "settle")
    assert box.map is not None
    assert lab.sandbox("trial").map == box.map  # no holder came
    lab.remove("trial")
    sh("vgremove", "-fq", "labvg")


def test_the_rule_is_the_one_in_place_and_goes_with_the_last(lab: Lab) -> None:
    rule = Path("/run/udev/rules.d/57-sandbox-tui.rules")
    disk = lab.disk("ext4")
    lab.create(disk.origin, name="one", size="2M")
    assert rule.read_text() == abilities.UDEV_RULE
    lab.create(disk.origin, name="two", size="2M")
    lab.remove("one")
    assert rule.exists()
    lab.remove("two")
    assert not rule.exists()


@pytest.mark.parametrize("kind", ["xfs", "btrfs"])
def test_two_sandboxes_of_one_origin_side_by_side(lab: Lab, kind: str) -> None:
    disk = lab.disk(kind)
    one = lab.create(disk.origin, name="one", size="16M")
    if kind == "btrfs":  # the kernel knows a btrfs by its UUID: one at a time
        lab.create(disk.origin, name="two", size="16M", no_mount=True)
    else:
        two = lab.create(disk.origin, name="two", size="16M")
        Path(f"{two.mountpoint}/only-here").touch()
        assert not Path(f"{one.mountpoint}/only-here").exists()
    lab.remove("one", "two")
