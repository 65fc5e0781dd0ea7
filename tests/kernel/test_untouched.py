"""What lies below an overlay where nothing can claim it: the device is set read-only, and mounted with
options with which that writes nothing, whatever state it is in.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests import soak
from tests.kernel.file_systems import PACKED, beside, image, interrupted, look
from tests.kernel.lab import MIB, PLACE, Disk, Lab, loop_over, sh, state
from tui.backend import inventory, overlayfs
from tui.backend.errors import Refused

pytestmark = pytest.mark.only_no_udev

HERE = ("ext2", "ext3", "ext4", "xfs", "btrfs")
"""Those that nearly every kernel mounts; the others need Debian's."""
REFUSED = ("reiserfs", "nilfs2", "jfs", "ntfs", "minix", "ufs", "zonefs")


def orphaned(_kind: str) -> Path:
    """An ext4 whose list of deleted files is in place: mounting clears them, read-only or not."""
    file = image("ext4")
    data = PLACE / "data"
    data.write_bytes(os.urandom(MIB))
    for request in (f"write {data} orphan", "sif orphan links_count 0", "sif orphan dtime 0"):
        sh("debugfs", "-w", "-R", request, str(file))
    number = sh("debugfs", "-R", "stat orphan", str(file)).split()[1]
    for request in (f"ssv last_orphan {number}", "unlink orphan"):
        sh("debugfs", "-w", "-R", request, str(file))
    assert f"First orphan inode:       {number}" in sh("dumpe2fs", "-h", str(file))
    return file


def damaged(_kind: str) -> Path:
    """An ext4 with an inode whose checksum is wrong: who meets it notes that in the superblock."""
    file = image("ext4")
    data = PLACE / "data"
    data.write_bytes(os.urandom(MIB))
    sh("debugfs", "-w", "-R", f"write {data} hurt", str(file))
    place = re.search(r"at block (\d+), offset 0x([0-9a-f]+)", sh("debugfs", "-R", "imap hurt", str(file)))
    assert place
    block, offset = int(place[1]), int(place[2], 16)
    size = int(sh("dumpe2fs", "-h", str(file)).split("Block size:")[1].split()[0])
    with file.open("r+b") as raw:
        raw.seek(block * size + offset + 40)
        raw.write(os.urandom(60))
    return file


def stays_as_it_is(lab: Lab, file: Path, *, device: bool) -> None:
    """A sandbox of it by file, everything read and something written: not a byte of it changes."""
    digest = sh("sha256sum", "--binary", str(file))
    node = loop_over(file) if device else ""
    lab.loops += [node] if node else []
    disk = Disk(str(file), node)
    written = disk.written()
    lab.host = WithoutMapper()
    box = lab.create(disk.origin, name="trial", size="4M", engine="overlay", hash=True)
    assert box.claim is None
    look(str(box.mountpoint))
    Path(f"{box.mountpoint}/new").write_text("in RAM")
    if node:
        assert beside(node) in ("refused", "ro")
        with pytest.raises(PermissionError):
            Path(node).write_bytes(b"others are kept from it, too")
    proof = lab.remove("trial")
    assert (proof.counters_same, proof.hash_same) == (True, True)
    assert disk.written() == written
    if node:
        assert sh("blockdev", "--getro", node).strip() == "0"
    assert sh("sha256sum", "--binary", str(file)) == digest


DEVICE = [
    pytest.param(True, id="device"),
    pytest.param(False, id="image", marks=pytest.mark.only_layers_here),
]
"""In the guest, where each test takes seconds, the one that has the weaker protection."""


def kinds() -> list[ParameterSet]:
    """Every type that is mounted so: some on the kernel of this machine, all in a guest that soaks, else two
    of those that would write.
    """
    here = [pytest.mark.layers, *(() if soak.ALL else (pytest.mark.only_layers_here,))]
    marks = {kind: here if kind in HERE else [] for kind in overlayfs._UNTOUCHED}
    marks |= {"ext4": [pytest.mark.layers]}
    chosen = (*HERE, "f2fs", *(overlayfs._UNTOUCHED if soak.ALL else ()))
    return [pytest.param(kind, marks=marks[kind]) for kind in dict.fromkeys(chosen)]


@pytest.mark.parametrize("kind", kinds())
def test_an_unfinished_one(lab: Lab, kind: str) -> None:
    stays_as_it_is(lab, image(kind) if kind in PACKED else interrupted(kind), device=True)


@pytest.mark.only_layers_here
@pytest.mark.layers
@pytest.mark.parametrize("kind", ["ext4", "btrfs"])
def test_an_unfinished_image(lab: Lab, kind: str) -> None:
    stays_as_it_is(lab, interrupted(kind), device=False)


@pytest.mark.layers
@pytest.mark.parametrize("device", DEVICE)
@pytest.mark.parametrize("make", [orphaned, damaged])
def test_one_that_the_kernel_would_repair(lab: Lab, make: Callable[[str], Path], device: bool) -> None:
    stays_as_it_is(lab, make("ext4"), device=device)


@pytest.mark.only_layers_here
@pytest.mark.layers
@pytest.mark.parametrize("make", [orphaned, damaged])
def test_the_kernel_does_repair_those(lab: Lab, make: Callable[[str], Path]) -> None:
    """What the tests above are good for: a plain read-only mount writes."""
    del lab
    file, point = make("ext4"), PLACE / "point"
    digest = sh("sha256sum", "--binary", str(file))
    point.mkdir()
    node = loop_over(file)
    sh("mount", "-t", "ext4", "-o", "ro,noload,errors=remount-ro", node, str(point))
    look(str(point))
    sh("umount", str(point))
    sh("losetup", "--detach", node)
    assert sh("sha256sum", "--binary", str(file)) != digest


@pytest.mark.only_layers_here
@pytest.mark.layers
def test_a_device_that_was_read_only_stays_so(lab: Lab) -> None:
    disk = lab.disk("ext4")
    sh("blockdev", "--setro", disk.device)
    box = lab.create(disk.origin, name="trial", size="4M", engine="overlay")
    assert box.record is not None
    assert not box.record.locked
    lab.remove("trial")
    assert sh("blockdev", "--getro", disk.device).strip() == "1"
    sh("blockdev", "--setrw", disk.device)


@pytest.mark.only_layers_here
@pytest.mark.layers
@pytest.mark.parametrize("verb", ["remove", "recover"])
def test_a_device_that_something_else_shows_stays_read_only(lab: Lab, verb: str) -> None:
    """A file system that has an unfinished journal writes as soon as its device lets it."""
    disk = lab.disk("ext4")
    lab.create(disk.origin, name="trial", size="4M", engine="overlay")
    (point := PLACE / "point").mkdir()
    sh("mount", "-t", "ext4", "-o", "ro,noload", disk.device, str(point))
    if verb == "recover":
        sh("umount", "/run/sandbox-tui/trial/mnt")
        sh("umount", "/run/sandbox-tui/trial/lower")
        lab.recover()
    else:
        lab.remove("trial")
    assert sh("blockdev", "--getro", disk.device).strip() == "1"
    sh("umount", str(point))
    sh("blockdev", "--setrw", disk.device)


@pytest.mark.only_layers_here
@pytest.mark.layers
def test_a_loop_device_that_was_detached_meanwhile_is_given_back(lab: Lab) -> None:
    """Whoever attaches something to it next would find it read-only."""
    disk = lab.disk("ext4")
    lab.create(disk.origin, name="trial", size="4M", engine="overlay")
    sh("umount", "/run/sandbox-tui/trial/mnt")
    sh("umount", "/run/sandbox-tui/trial/lower")
    sh("losetup", "--detach", lab.loops.pop())
    lab.recover()
    assert sh("blockdev", "--getro", disk.device).strip() == "0"


@pytest.mark.only_layers_here
@pytest.mark.layers
def test_a_device_that_was_enlarged_meanwhile_is_given_back(lab: Lab) -> None:
    disk = lab.disk("ext4")
    lab.create(disk.origin, name="trial", size="4M", engine="overlay")
    os.truncate(disk.image, 16 * MIB)
    sh("losetup", "--set-capacity", disk.device)
    lab.remove("trial")
    assert sh("blockdev", "--getro", disk.device).strip() == "0"


def pair(kind: str) -> tuple[str, str]:
    """Loop devices of a file system on two devices, not registered with the kernel."""
    nodes = []
    for name in ("first", "second"):
        file = PLACE / name
        with file.open("wb") as new:
            new.truncate(400 * MIB if kind == "xfs" else 160 * MIB)
        nodes.append(loop_over(file))
    first, second = nodes
    if kind == "ext4":
        sh("mkfs.ext4", "-q", "-F", "-O", "journal_dev", "-b", "4096", second)
        sh("mkfs.ext4", "-q", "-F", "-b", "4096", "-J", f"device={second}", first)
    elif kind == "btrfs":
        sh("mkfs.btrfs", "-q", "-f", "-d", "raid1", "-m", "raid1", first, second)
    elif kind == "xfs":
        sh("mkfs.xfs", "-q", "-f", "-l", f"logdev={second},size=64m", first)
    else:
        sh("mkfs.f2fs", "-q", "-f", "-c", second, first)
    return first, second


@pytest.mark.layers
@pytest.mark.parametrize("kind", ["btrfs", "ext4", "xfs", "f2fs"])
def test_parts_on_other_devices(lab: Lab, kind: str) -> None:
    """Mounted, the real second device would be written to, whatever is done with the first."""
    lab.loops += (devices := pair(kind))
    before = state()
    for engine in ("overlay", "auto"):
        with pytest.raises(Refused, match=f"{devices[0]} is not mounted: .*(device|devices)[.] What is"):
            lab.create(devices[0], name="trial", size="4M", engine=engine)
    assert state() == before
    if os.environ.get("SANDBOX_TUI_VM") == "1":
        lab.create(devices[0], name="trial", size="4M", no_mount=True)
        with pytest.raises(Refused, match="is not mounted"):
            lab.mount("trial")
        lab.remove("trial")


@pytest.mark.only_layers_here
@pytest.mark.layers
@pytest.mark.parametrize("kind", REFUSED)
def test_all_others_are_refused(lab: Lab, kind: str) -> None:
    """Whatever blkid calls a file system: ReiserFS, NILFS2 and others write when mounted read-only."""
    disk = lab.disk("ext4")
    before, digest = state(), disk.digest()
    request = lab.request(disk.origin, name="trial", size="4M", engine="overlay")
    lab.host = Renaming(kind)
    with pytest.raises(Refused, match=f"mounting {kind} read-only is not proven to write nothing") as refusal:
        lab.creation(request)(inventory.read(lab.host))
    assert "--engine snapshot" in refusal.value.hint
    assert refusal.value.exit_code == 3
    assert (state(), disk.digest()) == (before, digest)


class WithoutMapper(type(Lab().host)):  # type: ignore[misc]
    """The machine, but for device-mapper, whose program it does not find."""

    def has_program(self, name: str) -> bool:
        return name != "dmsetup" and bool(super().has_program(name))


class Renaming(type(Lab().host)):  # type: ignore[misc]
    """The machine, but for what blkid says of a file system."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind_shown = kind

    def run(self, argv: list[str], **more: object) -> str:
        said = super().run(argv, **more)
        return f"{self.kind_shown}\n" if argv[0] == "blkid" else str(said)
