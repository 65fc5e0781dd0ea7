"""Create, write, look, remove: over file systems, kinds of origin, stores, and the classic recipe."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.lab import MIB, PLACE, Disk, Lab, Tree, node, sh
from tui.backend import inventory
from tui.backend.gauge import State

LAYERED = [
    ("ext4", True),
    ("ext4", False),
    ("ext4-1k", False),
    ("xfs", True),
    ("btrfs", True),
    ("directory", False),
]
SIZES = {"xfs": "64M", "btrfs": "64M"}


def check_round(lab: Lab, disk: Disk | Tree, **options: Any) -> None:
    digest, written = disk.digest(), disk.written()
    box = lab.create(disk.origin, name="trial", **options)
    assert box.mountpoint == "/run/sandbox-tui/trial/mnt"
    file = Path(box.mountpoint, "play")
    file.write_bytes(os.urandom(2 * MIB))
    sh("sync", "--file-system", str(file))
    reading = lab.gauge("trial")
    assert reading.state is State.OK
    assert reading.used is not None
    assert reading.used >= 2 * MIB
    shown = lab.remove("trial")
    is_tree = isinstance(disk, Tree)
    assert shown.counters_same is (None if is_tree else True)
    assert shown.changed == (() if is_tree else None)
    assert shown.hash_same is (None if disk.device or is_tree else True)
    assert (disk.digest(), disk.written()) == (digest, written)


@pytest.mark.no_udev
@pytest.mark.parametrize("kind", [pytest.param("ext4", marks=pytest.mark.own_kernel), "vfat"])
def test_a_device_with_a_common_file_system(lab: Lab, kind: str) -> None:
    check_round(lab, lab.disk(kind))


@pytest.mark.parametrize("kind", ["ext4-1k", "xfs", "btrfs"])
def test_a_device_with_another_file_system(lab: Lab, kind: str) -> None:
    check_round(lab, lab.disk(kind), size=SIZES.get(kind, ""))


@pytest.mark.only_no_udev
@pytest.mark.layers
@pytest.mark.parametrize(("kind", "attach"), LAYERED)
def test_an_overlay(lab: Lab, kind: str, attach: bool) -> None:
    check_round(lab, lab.origin(kind, attach=attach), engine="overlay", size=SIZES.get(kind, ""))


@pytest.mark.own_kernel
@pytest.mark.no_udev
def test_an_image_file(lab: Lab) -> None:
    check_round(lab, lab.disk(attach=False))


@both_engines
def test_an_image_file_with_a_name_that_shells_fear(lab: Lab, engine: str) -> None:
    check_round(lab, lab.disk(attach=False, name="a b\n$(touch x)'\"\\.img"), engine=engine)


@pytest.mark.only_no_udev
def test_the_ramdisk_store(lab: Lab) -> None:
    check_round(lab, lab.disk(), store="ramdisk")


@pytest.mark.own_kernel
@pytest.mark.no_udev
def test_the_classic_recipe(lab: Lab) -> None:
    disk = lab.disk()
    request = lab.request(disk.origin, name="trial", size="16M", classic=True)
    assert "snapshot /dev/loop" in (script := lab.creation(request)(inventory.read(lab.host)).script())
    assert "/dev/ram0 N 1" in script
    check_round(lab, disk, size="16M", classic=True)


@pytest.mark.only_no_udev
def test_a_raw_device_is_not_mounted_and_can_get_a_file_system(lab: Lab) -> None:
    disk = lab.disk("raw")
    digest = disk.digest()
    box = lab.create(disk.origin, name="trial")
    assert box.mountpoint is None
    sh("mkfs.ext4", "-q", "-F", node(box))
    sh("e2fsck", "-fn", node(box))
    assert lab.remove("trial").counters_same
    assert disk.digest() == digest


@pytest.mark.only_no_udev
@both_engines
def test_a_mount_point_of_ones_own_is_closed_to_devices_and_removed_again(lab: Lab, engine: str) -> None:
    disk = lab.disk()
    box = lab.create(disk.origin, name="trial", mount="/tmp/mine", engine=engine)
    assert box.mountpoint == "/tmp/mine"
    assert {"nosuid", "nodev"} <= set(box.mounts[0].options.split(","))
    lab.remove("trial")
    assert not Path("/tmp/mine").exists()


@pytest.mark.only_no_udev
def test_no_mount_to_rehearse_a_check(lab: Lab) -> None:
    disk = lab.disk()
    digest = disk.digest()
    box = lab.create(disk.origin, name="trial", no_mount=True)
    sh("e2fsck", "-fy", node(box))
    sh("tune2fs", "-L", "changed", node(box))
    lab.remove("trial")
    assert disk.digest() == digest


@pytest.mark.own_kernel
@both_engines
def test_removing_several_at_once(lab: Lab, engine: str) -> None:
    one, two = lab.disk("ext4"), lab.disk("ext4-1k")
    lab.create(one.origin, name="one", engine=engine)
    lab.create(two.origin, name="two", engine=engine)
    lab.remove("one", "two")
    assert lab.sandboxes() == ()


@pytest.mark.layers
@pytest.mark.only_no_udev
@both_engines
@pytest.mark.parametrize("name", ["a b ä", "a,b", "a:b", "a\\040b", "a\\b"])
def test_paths_of_any_name(lab: Lab, engine: str, name: str) -> None:
    """In the kernel's tables, and in the options of mount."""
    disk = lab.disk(attach=False, name=f"{name}.img")
    digest, point = disk.digest(), str(PLACE / f"point {name}")
    box = lab.create(disk.origin, name="trial", mount=point, engine=engine)
    assert box.mountpoint == point
    Path(point, "mine").write_text("work")
    lab.remove("trial")
    assert not Path(point).exists()
    assert disk.digest() == digest
