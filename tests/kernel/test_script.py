"""What is shown is what is run: a dry run's script, run by plain sh, gives the same machine."""

import re
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from tests.kernel.lab import Lab, state
from tui.backend import inventory
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.mountinfo import Mount
from tui.backend.sandboxes import grow, remove

WAYS: dict[str, dict[str, Any]] = {
    "default": {},
    "image": {"image": True},
    "ramdisk": {"store": "ramdisk"},
    "classic": {"classic": True, "size": "4M"},
    "mount of one's own": {"mount": "/tmp/mine"},
    "overlay": {"engine": "overlay"},
    "overlay of an image": {"engine": "overlay", "image": True},
    "directory": {"kind": "directory"},
}
MARKS = {
    "image": [],
    **{way: [pytest.mark.only_no_udev, pytest.mark.layers] for way in list(WAYS)[-3:]},
}


def by_shell(script: str) -> None:
    done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def essence(box: Sandbox) -> object:
    """A sandbox without the numbers that differ from one making to the next."""
    map_ = box.map and replace(box.map, kname="", devno="", slaves=())
    helpers = tuple(replace(entry, kname="", devno="", holders=()) for entry in box.helpers)
    loops = tuple(sorted((loop.file, loop.size, loop.read_only) for loop in box.loops))
    mounts = tuple(map(_essential, (*box.mounts, *box.inner)))
    record = box.record and replace(box.record, created=0)
    return (map_, helpers, loops, mounts, box.entries, record, box.busy, box.status.total)


def _essential(mount: Mount) -> Mount:
    return replace(mount, id=0, devno="", source=re.sub(r"loop\d+", "loop", mount.source), shared=None)


@pytest.mark.parametrize(
    "way", [pytest.param(way, marks=MARKS.get(way, pytest.mark.only_no_udev)) for way in WAYS]
)
def test_create_grow_and_remove(lab: Lab, way: str) -> None:
    options = {"size": "4M", **WAYS[way]}
    disk = lab.origin(options.pop("kind", "ext4"), attach=not options.pop("image", False))
    before = state()

    lab.create(disk.origin, name="trial", **options)
    by_plan = essence(lab.sandbox("trial"))
    lab.remove("trial")

    by_shell(
        lab.creation(lab.request(disk.origin, name="trial", **options))(inventory.read(lab.host)).script()
    )
    assert essence(lab.sandbox("trial")) == by_plan
    if way != "classic":
        by_shell(grow.prepare(lab.host, inventory.read(lab.host), "trial", "6M").plan.script())
        assert lab.gauge("trial").total == 6 << 20
    by_shell(remove.prepare(lab.host, inventory.read(lab.host), ("trial",)).plan.script())
    assert {**state(), "labels": 0} == {**before, "labels": 0}


def test_a_script_stops_when_the_disk_is_another_one(lab: Lab) -> None:
    disk = lab.disk()
    plan = lab.creation(lab.request(disk.origin, name="trial"))(inventory.read(lab.host))
    lab.close()
    other = lab.disk("vfat")
    assert other.device == disk.device
    done = subprocess.run(["sh"], input=plan.script(), capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert lab.sandboxes() == ()
    lab.loops.clear()
    lab.loops.append(other.device)
