"""What somebody without rights can do must not keep root from a verb on any sandbox that is not his."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.kernel.lab import PLACE, Lab, sh
from tests.kernel.test_namespaces import elsewhere
from tui.backend import inventory
from tui.backend.inventory import blockers

pytestmark = [pytest.mark.layers, pytest.mark.only_no_udev]

ANYBODY = ("--user", "--map-root-user", "--mount", "--propagation", "private")


def test_the_source_of_a_mount_is_not_a_device(lab: Lab) -> None:
    """As that of a FUSE mount with fsname=/dev/sda1: lsblk takes it for a mount of it."""
    disk, point = lab.disk(), PLACE / "point"
    point.mkdir()
    sh("mount", "-t", "tmpfs", disk.device, str(point))
    try:
        found = next(one for one in inventory.read(lab.host).devices if one.path == disk.device)
        assert found.mounts == ()
        lab.create(disk.origin, name="trial", engine="overlay")
        lab.remove("trial")
    finally:
        sh("umount", str(point))


@pytest.mark.parametrize("kind", ["loop", "file", "away"])
def test_what_becomes_of_the_way_to_a_mount_point(lab: Lab, kind: str) -> None:
    """Links in a circle, a file, or nothing where the directory above a mount point was."""
    above = PLACE / "above"
    above.mkdir()
    lab.create(lab.tree("one").origin, name="one", size="2M", engine="overlay", mount=f"{above}/mnt")
    lab.create(lab.tree("two").origin, name="two", size="2M", engine="overlay")
    above.rename(PLACE / "moved")
    if kind == "loop":
        os.symlink("above", above)
    elif kind == "file":
        above.write_text("")
    lab.grow("two", "+2M")
    lab.create(lab.tree("three").origin, name="three", size="2M", engine="overlay")
    lab.remove("three")
    lab.remove("two")
    assert not lab.recover().steps
    lab.remove("one")
    assert lab.sandboxes() == ()


def test_a_process_that_works_at_the_same_path_elsewhere(lab: Lab) -> None:
    with elsewhere(*ANYBODY) as there:
        there.run("mount -t tmpfs run /run && mkdir -p /run/sandbox-tui/trial/mnt")
        there.run("mount -t tmpfs own /run/sandbox-tui/trial/mnt && cd /run/sandbox-tui/trial/mnt")
        lab.create(lab.disk().origin, name="trial", engine="overlay")
        assert blockers.now(lab.host, lab.sandbox("trial")) == ()
        lab.remove("trial")


def test_a_process_that_works_below_what_is_mounted_over_it(lab: Lab) -> None:
    """It was there before, in the directory and not in the sandbox, and is not in the way."""
    point = PLACE / "point"
    point.mkdir()
    with subprocess.Popen(["sleep", "1000"], cwd=point) as other:
        try:
            lab.create(lab.tree().origin, name="trial", size="2M", engine="overlay", mount=str(point))
            assert blockers.now(lab.host, lab.sandbox("trial")) == ()
            lab.remove("trial")
        finally:
            other.kill()


def test_one_leftover_in_use_does_not_keep_the_others(lab: Lab) -> None:
    for name in ("one", "two"):
        lab.create(lab.tree(name).origin, name=name, size="2M", engine="overlay")
        Path(f"/run/sandbox-tui/{name}/busy-remove").touch()
    with subprocess.Popen(["sleep", "1000"], cwd="/run/sandbox-tui/one/mnt") as user:
        try:
            plan = lab.recover()
            assert [box.name for box in lab.sandboxes()] == ["one"]
            assert any(f"process {user.pid}" in note for note in plan.notes)
        finally:
            user.kill()
    lab.recover()
    assert lab.sandboxes() == ()
