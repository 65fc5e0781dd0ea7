"""What lies below an overlay is claimed, and refuses writes, where the kernel has device-mapper."""

import os
import subprocess
from itertools import product
from pathlib import Path

import pytest

from tests import soak
from tests.kernel import file_systems
from tests.kernel.file_systems import MAKE, PACKED, beside, image, interrupted, look
from tests.kernel.lab import PLACE, Disk, Lab, loop_over, sh, state
from tui.backend import inventory
from tui.backend.errors import PlanFailed, Refused
from tui.backend.inventory import blockers
from tui.backend.plan import Plan

CASELESS = ("vfat", "exfat")
"""Those that overlayfs cannot have below it."""
REPLAYED = ("reiserfs",)
"""Those that are not mounted at all with an unfinished journal where it cannot be replayed."""
LACKING = {"6.1": ("ntfs3",), "uml": ("ntfs3", "exfat")}
"""What the kernels do not have that these tests run on."""
EVERY = [
    *product(MAKE, ("clean", "unfinished"), ("device", "image")),
    *product(PACKED, ("clean",), ("device", "image")),
]
CHOSEN = {
    ("ext4", "unfinished", "device"),
    ("f2fs", "unfinished", "device"),
    ("reiserfs", "clean", "device"),
    ("reiserfs", "unfinished", "device"),
    ("nilfs2", "unfinished", "device"),
    ("jfs", "unfinished", "image"),
    ("minix", "clean", "device"),
    ("vfat", "clean", "device"),
    ("squashfs", "clean", "device"),
}
"""One of each class: writes though mounted read-only, and is kept from it; refuses; has no journal; cannot
be below an overlay; is read-only."""


def attached(lab: Lab, file: Path, origin: str) -> Disk:
    """The origin: the file, or a loop device over it that can be written to."""
    if origin == "image":
        return Disk(str(file), "")
    node = loop_over(file)
    lab.loops.append(node)
    return Disk(str(file), node)


@pytest.mark.only_no_udev
def test_all_file_systems_are_tried_that_this_kernel_has() -> None:
    release = os.uname().release
    kernel = "uml" if os.environ.get("SANDBOX_TUI_UML") == "1" else ".".join(release.split(".")[:2])
    lacking = {kind for kind in (*MAKE, *PACKED) if not file_systems.is_known(kind)}
    assert lacking == set(LACKING.get(kernel, ()))


@pytest.mark.only_no_udev
@pytest.mark.parametrize(("kind", "condition", "origin"), soak.cells(EVERY, CHOSEN))
def test_it_stays_as_it_is(lab: Lab, kind: str, condition: str, origin: str) -> None:
    if not file_systems.is_known(kind):
        return  # which ones, the test above says
    disk = attached(lab, interrupted(kind) if condition == "unfinished" else image(kind), origin)
    before, digest, written = state(), sh("sha256sum", disk.image), disk.written()
    refusal = (Refused, PlanFailed) if condition == "unfinished" else (Refused,)
    if kind in CASELESS or (kind in REPLAYED and condition == "unfinished"):
        with pytest.raises(refusal):
            lab.create(disk.origin, name="trial", size="4M", engine="overlay", hash=True)
        assert state() == before
    else:
        box = lab.create(disk.origin, name="trial", size="4M", engine="overlay", hash=True)
        look(str(box.mountpoint))
        Path(f"{box.mountpoint}/new").write_text("in RAM")
        if disk.device:
            assert beside(disk.device) == "refused"
        assert lab.remove("trial").hash_same
    assert (sh("sha256sum", disk.image), disk.written()) == (digest, written)


@pytest.mark.only_no_udev
def test_a_write_to_it_is_an_error(lab: Lab) -> None:
    """Of the kernel, too: what it mounts from answers, whatever the file system tries."""
    disk = lab.disk()
    box = lab.create(disk.origin, name="trial", size="4M", engine="overlay")
    assert box.origin_loop
    assert box.claim
    assert (box.claim.name, box.origin) == ("trial:lower", Path(disk.device).name)
    loop = box.origin_loop.path
    sh("blockdev", "--setrw", loop)
    done = subprocess.run(
        ["dd", "if=/dev/zero", f"of={loop}", "bs=4096", "count=1", "oflag=direct"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert lab.remove("trial").counters_same


def names_of_disks() -> dict[str, str]:
    """Where udev's links lead, but for the number that a loop device gets when a file is attached to it."""
    links = (link for link in Path("/dev/disk").glob("by-*/*") if link.parent.name != "by-diskseq")
    return {str(link): os.readlink(link) for link in links}


@pytest.mark.no_udev
def test_the_claim_is_no_sandbox_of_its_own(lab: Lab) -> None:
    """It has the origin's label and UUID, which udev has to leave with the origin."""
    disk = lab.disk()
    if os.path.exists("/run/udev/control"):
        sh("udevadm", "settle")
    before, links = state(), names_of_disks()
    lab.create(disk.origin, name="trial", size="4M", engine="overlay")
    if os.path.exists("/run/udev/control"):
        sh("udevadm", "settle")
    assert names_of_disks() == links
    reading = inventory.read(lab.host)
    assert [box.name for box in reading.sandboxes] == ["trial"]
    reasons = {device.path: device.verdict.reason for device in reading.devices}
    assert reasons["/dev/mapper/trial:lower"] == "part of sandbox trial"
    assert reasons[disk.device] == "ready; already sandboxed: trial"
    assert sh("blockdev", "--getro", disk.device).strip() == "0"
    lab.remove("trial")
    if os.path.exists("/run/udev/control"):
        sh("udevadm", "settle")
    assert state() == before


@pytest.mark.only_no_udev
def test_several_of_one_device(lab: Lab) -> None:
    """Device-mapper shares a device with itself: snapshots and overlays live side by side."""
    disk = lab.disk()
    digest = disk.digest()
    lab.create(disk.origin, name="one", size="4M", engine="overlay")
    lab.create(disk.origin, name="two", size="4M", engine="overlay")
    lab.create(disk.origin, name="three", size="4M")
    for name in ("one", "two", "three"):
        Path(f"/run/sandbox-tui/{name}/mnt/file").write_text(name)
        assert lab.sandbox(name).origin == Path(disk.device).name
    lab.remove("two", "one", "three")
    assert disk.digest() == digest


@pytest.mark.only_no_udev
@pytest.mark.parametrize("node", ["claim", "loop"])
@pytest.mark.parametrize("how", ["mounted", "attached", "open"])
def test_what_others_do_with_its_devices_is_in_the_way(lab: Lab, node: str, how: str) -> None:
    box = lab.create(lab.disk().origin, name="trial", size="4M", engine="overlay")
    assert box.claim
    assert box.origin_loop
    path, point = box.claim.nodes[0] if node == "claim" else box.origin_loop.path, PLACE / "point"
    if how == "open":
        with open(path, "rb") as opened, subprocess.Popen(["sleep", "1000"], stdin=opened) as sleeper:
            opened.close()
            try:
                assert str(sleeper.pid) in _refusal(lab)
            finally:
                sleeper.kill()
    elif how == "attached":
        loop = loop_over(path, "--read-only")
        assert loop in _refusal(lab)
        sh("losetup", "--detach", loop)
    else:
        point.mkdir()
        sh("mount", "-o", "ro,noload", path, str(point))
        assert str(point) in _refusal(lab)
        sh("umount", str(point))
    lab.remove("trial")


def _refusal(lab: Lab) -> str:
    with pytest.raises(Refused) as refusal:
        lab.remove("trial")
    assert not lab.sandbox("trial").interrupted
    return refusal.value.message


@pytest.mark.only_no_udev
def test_an_interruption_leaves_it_findable_from_the_kernel_alone(lab: Lab) -> None:
    """Without a record, and without a directory, the map tells whose it is."""
    disk = lab.disk()
    before = state()
    lab.create(disk.origin, name="trial", size="4M", engine="overlay")
    for part in ("mnt", "lower"):
        sh("umount", f"/run/sandbox-tui/trial/{part}")
    assert lab.sandbox("trial").loops == (), "it goes with what was mounted"
    for part in ("origin", "store"):
        sh("umount", f"/run/sandbox-tui/trial/{part}")
    sh("rm", "-r", "/run/sandbox-tui/trial")
    assert lab.sandbox("trial").interrupted
    assert blockers.now(lab.host, lab.sandbox("trial")) == ()
    plan: Plan = lab.recover()
    assert plan.steps
    assert state() == before
