"""Growing a full snapshot mounts it again as it was: in every place, with its options."""

import os
from pathlib import Path

import pytest

from tests.kernel.killing import settled
from tests.kernel.lab import MIB, Lab, sh
from tests.kernel.test_full import overfill, wait_until_full
from tui.backend.errors import Refused
from tui.backend.inventory import mounts
from tui.backend.kernel.mountinfo import Mount
from tui.backend.machine import RealHost

pytestmark = pytest.mark.only_no_udev

OPTIONS = {
    "vfat": "uid=1000,umask=077,sync,nosymfollow,nodiratime",
    "ext4": "noexec,nosuid,nosymfollow,nodiratime,sync,data=journal",
    "xfs": "nouuid,noatime,wsync,inode32",
    "btrfs": "strictatime,compress=zstd:3,flushoncommit",
}
KEPT = {
    "vfat": {"uid=1000", "fmask=0077", "dmask=0077", "sync"},
    "ext4": {"sync", "data=journal"},
    "xfs": {"wsync", "inode32"},
    "btrfs": {"compress=zstd:3", "flushoncommit"},
}


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs"])
def test_a_read_only_bind_mount_comes_back_as_that(lab: Lab, kind: str, tmp_path: Path) -> None:
    """Its file system is writable, and so is the other mount."""
    point, bound = mounted(lab, kind, tmp_path), tmp_path / "bound"
    bound.mkdir()
    sh("mount", "--bind", str(point), str(bound))
    sh("mount", "-o", "remount,bind,ro,nodev", str(bound))
    fill(lab, point)
    before = [(one.mountpoint, one.options) for one in shown(lab)]
    lab.grow("trial", "+16M")
    assert [(one.mountpoint, one.options) for one in shown(lab)] == before
    (point / "more").write_bytes(os.urandom(MIB))
    sh("sync", "--file-system", str(point))
    with pytest.raises(OSError, match="Read-only"):
        (bound / "other").write_bytes(b"")
    lab.unmount("trial")
    lab.remove("trial")


@pytest.mark.parametrize("kind", list(OPTIONS))
def test_its_options_are_kept(lab: Lab, kind: str, tmp_path: Path) -> None:
    """What others could not read they cannot read afterwards; what has no journal is read-only then."""
    point = mounted(lab, kind, tmp_path, OPTIONS[kind])
    fill(lab, point)
    own = shown(lab)[0].options
    assert set(shown(lab)[0].data.split(",")) >= KEPT[kind]
    plan = lab.grow("trial", "+16M")
    assert "without" not in " ".join(plan.notes)
    assert shown(lab)[0].options == (own.replace("rw,", "ro,", 1) if kind == "vfat" else own)
    assert set(shown(lab)[0].data.split(",")) >= KEPT[kind]
    lab.remove("trial")


@pytest.mark.parametrize("propagation", ["private", "shared", "unbindable"])
def test_it_sends_its_mounts_to_those_that_it_did(lab: Lab, tmp_path: Path, propagation: str) -> None:
    point = mounted(lab, "ext4", tmp_path)
    sh("mount", f"--make-{propagation}", str(point))
    fill(lab, point)
    before = [(one.shared is None, one.unbindable) for one in shown(lab)]
    assert before == [(propagation != "shared", propagation == "unbindable")]
    lab.grow("trial", "+16M")
    assert [(one.shared is None, one.unbindable) for one in shown(lab)] == before
    lab.remove("trial")


def test_one_that_receives_mounts_is_refused(lab: Lab, tmp_path: Path) -> None:
    """It could not be made a slave of the same mount again."""
    point, other = mounted(lab, "ext4", tmp_path), tmp_path / "other"
    other.mkdir()
    sh("mount", "--make-shared", str(point))
    sh("mount", "--bind", str(point), str(other))
    sh("mount", "--make-slave", str(other))
    fill(lab, point)
    with pytest.raises(Refused, match="is a slave"):
        lab.grow("trial", "+16M")
    sh("umount", str(other))
    lab.grow("trial", "+16M")
    lab.remove("trial")


def test_an_option_that_is_not_kept_is_named(lab: Lab, tmp_path: Path) -> None:
    fill(lab, mounted(lab, "ext4", tmp_path, "errors=continue,noinit_itable"))
    told = [word for word in shown(lab)[0].data.split(",") if word in ("errors=continue", "noinit_itable")]
    assert told
    notes = " ".join(lab.grow("trial", "+16M").notes)
    assert all(word in notes for word in told)
    lab.remove("trial")


def test_two_mounts_on_one_point_are_refused_at_once(lab: Lab, tmp_path: Path) -> None:
    point = mounted(lab, "ext4", tmp_path)
    sh("mount", "--bind", str(point), str(point))
    fill(lab, point)
    before = settled()
    with pytest.raises(Refused, match="twice") as refusal:
        lab.grow("trial", "+16M")
    assert f"umount -- {point}" in str(refusal.value.hint)
    assert settled() == before
    sh("umount", str(point))
    lab.grow("trial", "+16M")
    lab.remove("trial")


def mounted(lab: Lab, kind: str, place: Path, options: str = "") -> Path:
    """The mount point of a new sandbox, mounted by hand where options are given."""
    point, size = place / "point", "4M" if kind == "ext4" else "12M"
    lab.create(lab.disk(kind).origin, name="trial", size=size, mount=str(point))
    if options:
        lab.unmount("trial")
        point.mkdir(exist_ok=True)
        sh("mount", "-o", options, "/dev/mapper/trial", str(point))
    return point


def fill(lab: Lab, point: Path) -> None:
    """Write until it is full."""
    assert overfill(f"{point}/big", 24 * MIB) != 0
    wait_until_full(lab)


def shown(lab: Lab) -> list[Mount]:
    """How it is mounted."""
    points = {one.mountpoint for one in lab.sandbox("trial").mounts}
    return [one for one in mounts.read(RealHost()) if one.mountpoint in points]
