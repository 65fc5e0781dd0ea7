"""Mounts whose paths others can change are not touched, and copies that anybody can make are no veto."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.lab import Lab, sh
from tests.patience import until
from tui.backend.errors import Refused

pytestmark = pytest.mark.only_no_udev
SOMEBODY = ("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups")


def by_somebody(script: str, *words: str) -> None:
    subprocess.run([*SOMEBODY, "sh", "-c", script, "sh", *words], check=True)


def mounted() -> str:
    return Path("/proc/self/mountinfo").read_text()


def run(lab: Lab, verb: str) -> None:
    if verb == "grow":
        lab.grow("trial", "+8M")
    elif verb == "unmount":
        lab.unmount("trial")
    else:
        lab.remove("trial")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory of root's that all can reach."""
    for directory in (tmp_path, *tmp_path.parents):
        if directory != Path("/") and directory.stat().st_mode & 0o001 == 0:
            directory.chmod(0o755)
    return tmp_path


@both_engines
@pytest.mark.parametrize("verb", ["unmount", "remove"])
def test_a_part_that_somebody_can_exchange(lab: Lab, engine: str, verb: str, place: Path) -> None:
    """Its undo would bind what a link of his leads to: the origin itself, writable."""
    origin = lab.disk("ext4").origin if engine == "auto" else lab.tree().origin
    shown, service = place / "m", place / "service"
    lab.create(origin, name="trial", size="4M", engine=engine, mount=str(shown))
    share = shown / "home/share"
    share.mkdir(parents=True)
    os.chown(share.parent, 1000, 1000)
    os.chown(share, 1000, 1000)
    service.mkdir()
    sh("mount", "--bind", str(share), str(service))
    by_somebody('rm -r "$1"; mkdir "$1"; ln -s / "$1/deleted"', str(share))
    before = mounted()
    with pytest.raises(Refused, match="cannot be relied on") as refusal:
        run(lab, verb)
    assert f"umount -- {service}" in refusal.value.message
    assert mounted() == before
    sh("umount", str(service))
    lab.remove("trial")


@pytest.mark.parametrize("verb", ["unmount", "remove", "grow"])
def test_a_mount_in_a_directory_of_somebody(lab: Lab, verb: str, place: Path) -> None:
    """By the time of `umount` another mount can be there; by that of `mount` a link."""
    lab.create(lab.disk("ext4").origin, name="trial", size="2M", no_mount=True)
    point = place / "his" / "mnt"
    point.mkdir(parents=True)
    os.chown(point.parent, 1000, 1000)
    sh("mount", "/dev/mapper/trial", str(point))
    if verb == "grow":
        fill = ["dd", "if=/dev/urandom", f"of={point}/big", "bs=64K", "count=64", "conv=fsync"]
        subprocess.run(fill, capture_output=True, check=False)
    before = mounted()
    with pytest.raises(Refused, match="who can put something else in its place"):
        run(lab, verb)
    assert mounted() == before
    sh("umount", str(point))
    lab.remove("trial")


@pytest.mark.parametrize("verb", ["unmount", "remove", "grow"])
@pytest.mark.parametrize("owner", [0, 1000])
def test_a_mount_on_a_directory_in_a_sticky_one(lab: Lab, verb: str, owner: int, place: Path) -> None:
    """What a mount covers is its owner's, who can put a link there once it is unmounted."""
    lab.create(lab.disk("ext4").origin, name="trial", size="2M", no_mount=True)
    point = place / "like tmp" / "mnt"
    point.mkdir(parents=True)
    point.parent.chmod(0o1777)
    os.chown(point, owner, owner)
    sh("mount", "/dev/mapper/trial", str(point))
    if verb == "grow":
        fill = ["dd", "if=/dev/urandom", f"of={point}/big", "bs=64K", "count=64", "conv=fsync"]
        subprocess.run(fill, capture_output=True, check=False)
    if owner:
        with pytest.raises(Refused, match="who can put something else in its place"):
            run(lab, verb)
        sh("umount", str(point))
    else:
        run(lab, verb)
    if "trial" in [found.name for found in lab.sandboxes()]:
        lab.remove("trial")


@both_engines
def test_a_user_namespace_of_anybody_is_no_veto(lab: Lab, engine: str) -> None:
    """It has copies of all mounts, of what it cannot reach too."""
    sh("mount", "--make-rshared", "/")
    origin = lab.disk("ext4").origin if engine == "auto" else lab.tree().origin
    lab.create(origin, name="trial", size="4M", engine=engine)
    words = ("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private", "sleep", "1000")
    process = subprocess.Popen([*SOMEBODY, *words])
    try:
        until(lambda: _copies(process.pid), "its namespace")
        lab.remove("trial")
        assert not os.path.exists("/dev/mapper/trial")
        assert not os.path.exists("/run/sandbox-tui/trial")
    finally:
        process.kill()
        process.wait()
        sh("mount", "--make-rprivate", "/")


def _copies(pid: int) -> bool:
    return os.readlink(f"/proc/{pid}/ns/user") != os.readlink("/proc/self/ns/user")
