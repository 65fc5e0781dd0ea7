"""A verb that ends after it has unmounted a sandbox mounts it again: everywhere, and as it was."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kernel.lab import MIB, Lab, sh
from tests.kernel.test_full import overfill, wait_until_full
from tui.backend import inventory
from tui.backend.errors import PlanFailed
from tui.backend.execute import Event, Phase
from tui.backend.inventory import mounts as mountinfo
from tui.backend.kernel.mountinfo import Mount
from tui.backend.machine import RealHost
from tui.backend.plan import Plan
from tui.backend.sandboxes import mounts, perform, remove

pytestmark = pytest.mark.only_no_udev


def all_below(place: Path) -> list[Mount]:
    """What is mounted there, without what the kernel counts."""
    found = [one for one in mountinfo.read(RealHost()) if one.mountpoint.startswith(str(place))]
    plain = [replace(one, id=0, shared="shared" if one.shared else None) for one in found]
    return [replace(one, devno="", data="") if one.fstype == "overlay" else one for one in plain]


def bound(source: Path, place: Path, options: str = "") -> None:
    """A bind mount beside the sandbox's own mount."""
    place.mkdir()
    sh("mount", "--bind", str(source), str(place))
    if options:
        sh("mount", "-o", f"remount,bind,{options}", str(place))


def ended(lab: Lab, verb: str, *, after: int) -> PlanFailed:
    """Remove it, or unmount it, and stop once so many mounts are unmounted."""
    done = 0

    def listener(event: Event) -> None:
        nonlocal done
        done += event.phase is Phase.DONE and event.step.title.startswith("Unmount")

    make: dict[str, Callable[[inventory.Inventory], Plan]] = {
        "remove": lambda now: remove.prepare(lab.host, now, ("trial",)).plan,
        "unmount": lambda now: mounts.prepare_unmount(lab.host, now, "trial"),
    }
    with pytest.raises(PlanFailed) as failure:
        perform.perform(lab.host, make[verb], listener=listener, stop=lambda: done >= after)
    return failure.value


def mounted(lab: Lab, kind: str, point: Path, options: str = "") -> None:
    """A new sandbox, mounted there with these options."""
    origin = lab.origin(kind).origin
    lab.create(origin, name="trial", size="4M" if kind == "ext4" else "12M", mount=str(point))
    if options:
        lab.unmount("trial")
        point.mkdir(exist_ok=True)
        sh("mount", "-o", options, "/dev/mapper/trial", str(point))


@pytest.mark.parametrize(("kind", "verb"), [("ext4", "remove"), ("xfs", "unmount"), ("directory", "remove")])
def test_every_mount_comes_back_as_it_was(lab: Lab, tmp_path: Path, kind: str, verb: str) -> None:
    """One of its own, and bound: all of it read-only, a directory of it, on it once more."""
    point = tmp_path / "point"
    options = {"ext4": "noexec,nosuid,sync,errors=remount-ro", "xfs": "nouuid,noatime,wsync"}.get(kind, "")
    mounted(lab, kind, point, options)
    (point / "inside").mkdir()
    bound(point, tmp_path / "all", "ro,nodev,noexec")
    bound(point / "inside", tmp_path / "part", "nosuid")
    sh("mount", "--make-shared", str(tmp_path / "part"))
    sh("mount", "--bind", str(point), str(point))
    (tmp_path / "part/work").write_text("somebody's work")
    before = all_below(tmp_path)
    assert len(before) == 4
    count = 3 if verb == "unmount" else 4
    assert ended(lab, verb, after=count).undone
    assert all_below(tmp_path) == before
    assert (point / "inside/work").read_text() == "somebody's work"
    with pytest.raises(OSError, match="Read-only"):
        (tmp_path / "all/other").write_text("")
    lab.remove("trial")
    assert all_below(tmp_path) == []


def test_subvolumes_come_back(lab: Lab, tmp_path: Path) -> None:
    point, other = tmp_path / "point", tmp_path / "sub"
    mounted(lab, "btrfs", point, "compress=zstd:3")
    sh("btrfs", "subvolume", "create", str(point / "sub"))
    other.mkdir()
    sh("mount", "-o", "subvol=sub,noexec", "/dev/mapper/trial", str(other))
    before = all_below(tmp_path)
    assert ended(lab, "remove", after=2).undone
    assert [replace(one, devno="") for one in all_below(tmp_path)] == [
        replace(one, devno="") for one in before
    ]
    lab.remove("trial")


def test_a_part_alone_cannot_come_back_and_that_is_said(lab: Lab, tmp_path: Path) -> None:
    point, part = tmp_path / "point", tmp_path / "part"
    mounted(lab, "ext4", point)
    (point / "inside").mkdir()
    bound(point / "inside", part)
    sh("umount", str(point))
    failure = ended(lab, "remove", after=1)
    assert not failure.undone
    assert f"It is not mounted on {part} any more." in str(failure)
    assert not lab.sandbox("trial").mounts
    lab.remove("trial")


def test_a_full_one_comes_back_read_only(lab: Lab, tmp_path: Path) -> None:
    point, bind = tmp_path / "point", tmp_path / "all"
    mounted(lab, "ext4", point, "nosuid,nodev")
    bound(point, bind)
    assert overfill(f"{point}/big", 24 * MIB) != 0
    wait_until_full(lab)
    failure = ended(lab, "remove", after=2)
    assert "again, but read-only" in str(failure)
    assert all({"nosuid", "nodev"} <= set(one.options.split(",")) for one in all_below(tmp_path))
    for place in (point, bind):
        with pytest.raises(OSError, match="Read-only"):
            (place / "more").write_text("")
    lab.remove("trial")
