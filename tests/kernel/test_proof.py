"""The proof that an origin stayed as it was is right, or says that it cannot tell."""

import os
import resource
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.lab import MIB, PLACE, Lab, loop_over, sh
from tui.backend import inventory
from tui.backend.execute import Event, Phase
from tui.backend.sandboxes import evidence, perform, proof, remove
from tui.backend.sandboxes.proof import Proof

pytestmark = pytest.mark.only_no_udev

START = 1 * MIB
"""Where the first partition begins."""


def partitioned(lab: Lab) -> tuple[str, str, str]:
    """A disk with two partitions, the first with an ext4: their nodes."""
    file = PLACE / "disk"
    with file.open("wb") as new:
        new.truncate(24 * MIB)
    sh("sfdisk", "--quiet", str(file), input="2048,16384\n20480,16384\n")
    disk = loop_over(file, "--partscan")
    lab.loops.append(disk)
    for number in (1, 2):
        if not os.path.exists(f"{disk}p{number}"):
            major, minor = Path(f"/sys/class/block/{Path(disk).name}p{number}/dev").read_text().split(":")
            os.mknod(f"{disk}p{number}", 0o060600, os.makedev(int(major), int(minor)))
    sh("mkfs.ext4", "-q", f"{disk}p1")
    return disk, f"{disk}p1", f"{disk}p2"


def write(node: str, offset: int = 8 * MIB - 4096) -> None:
    """Write a block as anybody can who is root, past every cache but the kernel's own of that node."""
    with open(node, "r+b", buffering=0) as raw:
        raw.seek(offset)
        raw.write(os.urandom(4096))
        os.fsync(raw.fileno())


@pytest.mark.parametrize("engine", ["auto", "overlay"])
@pytest.mark.parametrize("hashed", [True, False])
def test_a_partition_that_is_written_by_its_whole_disk(lab: Lab, engine: str, hashed: bool) -> None:
    """The partition's own counters do not move, and the kernel remembers what it read of it before."""
    disk, part, _other = partitioned(lab)
    lab.create(part, name="trial", size="4M", engine=engine, hash=hashed)
    write(disk, START + 8 * MIB - 4096)
    shown = lab.remove("trial")
    assert shown.counters_same
    assert shown.disk_same is False
    assert shown.hash_same is (False if hashed else None)
    assert ("was CHANGED" if hashed else "but something was to its disk: only a hash tells") in shown.sentence
    assert "untouched" not in shown.sentence


@pytest.mark.parametrize("engine", ["auto", "overlay"])
def test_what_the_kernel_remembers_from_before_is_not_noted(lab: Lab, engine: str) -> None:
    """A hash of that would say CHANGED at the end, of a partition that nobody touched."""
    disk, part, _other = partitioned(lab)
    Path(part).read_bytes()
    with open(part, "rb") as held:  # the kernel forgets when the last one closes it
        held.read(1)
        write(disk, START + 8 * MIB - 4096)
        lab.create(part, name="trial", size="4M", engine=engine, hash=True)
    shown = lab.remove("trial")
    assert (shown.counters_same, shown.hash_same) == (True, True)


@pytest.mark.parametrize("engine", ["auto", "overlay"])
def test_another_partition_is_written(lab: Lab, engine: str) -> None:
    """That is none of it, and the sum says so."""
    _disk, part, other = partitioned(lab)
    lab.create(part, name="trial", size="4M", engine=engine, hash=True)
    write(other)
    shown = lab.remove("trial")
    assert (shown.counters_same, shown.hash_same) == (True, True)
    assert shown.sentence == f"{part} is untouched: its hash is the same."


@pytest.mark.parametrize("engine", ["auto", "overlay"])
@pytest.mark.parametrize("by", ["nobody", "the other partition", "the whole disk", "itself"])
def test_a_partition_of_a_real_disk(lab: Lab, counted: tuple[str, str, str], engine: str, by: str) -> None:
    """What was written to its disk, less what was written to the partitions of that, is nothing."""
    disk, part, other = counted
    lab.create(part, name="trial", size="4M", engine=engine)
    if by == "the other partition":
        write(other)
    elif by == "the whole disk":
        write(disk, START + 8 * MIB - 4096)
    elif by == "itself":
        write(part)
    shown = lab.remove("trial")
    assert shown.disk_same is (by != "the whole disk")
    assert shown.counters_same is (by != "itself")
    said = {"itself": "was CHANGED", "the whole disk": "but something was to its disk"}
    assert said.get(by, f"{part} is untouched: nothing was written to it.") in shown.sentence


@pytest.mark.parametrize("engine", ["auto", "overlay"])
@pytest.mark.parametrize("by", ["the whole disk", "itself"])
def test_what_waits_in_memory_counts(lab: Lab, counted: tuple[str, str, str], engine: str, by: str) -> None:
    """Nothing writes it out while somebody has the device open, as the sandbox has."""
    disk, part, _other = counted
    lab.create(part, name="trial", size="4M", engine=engine, hash=True)
    node, offset = (disk, START + 8 * MIB - 4096) if by == "the whole disk" else (part, 8 * MIB - 4096)
    with open(node, "r+b", buffering=0) as raw:
        raw.seek(offset)
        raw.write(os.urandom(4096))
        shown = lab.remove("trial")
    assert not shown.hash_same
    assert (shown.counters_same, shown.disk_same) == (
        (True, False) if by == "the whole disk" else (False, True)
    )
    assert f"{part} was CHANGED" in shown.sentence


@both_engines
def test_a_device_that_is_written_itself(lab: Lab, engine: str) -> None:
    disk = lab.disk()
    lab.create(disk.origin, name="trial", size="4M", engine=engine, hash=True)
    sh("blockdev", "--setrw", disk.device)  # where nothing claims it, it was made read-only
    write(disk.device)
    shown = lab.remove("trial")
    assert (shown.counters_same, shown.hash_same) == (False, False)
    assert f"{disk.device} was CHANGED" in shown.sentence


@both_engines
@pytest.mark.parametrize("hashed", [True, False])
def test_an_image_whose_file_is_written(lab: Lab, engine: str, hashed: bool) -> None:
    """The counters of the read-only loop device over it prove nothing."""
    disk = lab.disk(attach=False)
    lab.create(disk.origin, name="trial", size="4M", engine=engine, hash=hashed)
    write(disk.image)
    shown = lab.remove("trial")
    assert (shown.counters_same, shown.hash_same) == (False, False if hashed else None)
    assert ("was CHANGED" if hashed else "was changed, or its mode or its name was") in shown.sentence


@both_engines
def test_an_image_that_is_replaced_by_a_fifo(lab: Lab, engine: str) -> None:
    """What was attached is compared: a name proves nothing, and nothing waits for a writer."""
    disk = lab.disk(attach=False)
    lab.create(disk.origin, name="trial", size="4M", engine=engine)
    os.unlink(disk.image)
    os.mkfifo(disk.image)
    shown = lab.remove("trial")
    assert shown.hash_same
    found, replaced = shown.sentence.split(". ", 1)
    assert found == f"{disk.image} is untouched: its hash is the same"
    assert replaced == f"What is called {disk.image} now is another file than that."


@both_engines
@pytest.mark.parametrize("how", ["replaced", "moved away"])
def test_an_image_whose_name_is_anothers(lab: Lab, engine: str, how: str) -> None:
    disk = lab.disk(attach=False)
    lab.create(disk.origin, name="trial", size="4M", engine=engine)
    os.rename(disk.image, f"{disk.image}.old")
    if how == "replaced":
        Path(disk.image).write_bytes(b"another one")
    assert lab.remove("trial").replaced


@both_engines
def test_what_others_do_when_it_is_let_go_is_none_of_it(lab: Lab, engine: str) -> None:
    disk = lab.disk()
    lab.create(disk.origin, name="trial", size="4M", engine=engine, hash=True)
    digest, shown = disk.digest(), _removed(lab, lambda event: _written(event, disk.device))
    assert disk.digest() != digest
    assert (shown.counters_same, shown.hash_same) == (True, True)


def _written(event: Event, device: str) -> None:
    """When the last part of the sandbox goes."""
    if event.phase is Phase.STARTED and event.step.title == "Take its place away":
        write(device)


def _removed(lab: Lab, listener: Callable[[Event], None]) -> Proof:
    noted, captured = evidence.read(inventory.read(lab.host), lab.sandbox("trial")), dict[str, str]()
    perform.perform(
        lab.host,
        lambda reading: remove.prepare(lab.host, reading, ("trial",)).plan,
        listener=listener,
        captured=captured,
    )
    return proof.conclude(noted, captured)


@both_engines
def test_a_hash_that_cannot_be_compared_is_said(lab: Lab, engine: str) -> None:
    disk = lab.disk(attach=False)
    lab.create(disk.origin, name="trial", size="4M", engine=engine)
    lab.host = Failing()
    shown = lab.remove("trial")
    assert (shown.hash_same, shown.hashed) == (None, True)
    assert shown.sentence.endswith("Its hash was asked for, and could not be compared.")
    assert lab.sandboxes() == ()


class Failing(type(Lab().host)):  # type: ignore[misc]
    """The machine, but for what reads the origin again: a bad sector."""

    def stream(self, argv: list[str], **more: object) -> object:
        return super().stream(["false"] if argv[0] == "sha256sum" else argv, **more)


@pytest.mark.layers
def test_no_time_of_reading_changes(lab: Lab) -> None:
    tree = lab.tree()
    sh("mount", "--bind", tree.origin, tree.origin)
    sh("mount", "-o", "remount,bind,strictatime", tree.origin)
    paths = [tree.origin, f"{tree.origin}/etc", f"{tree.origin}/data", f"{tree.origin}/link"]
    for path in paths:
        os.utime(path, ns=(10**17, 10**18), follow_symlinks=False)
    lab.create(tree.origin, name="trial", size="2M", hash=True)
    shown = lab.remove("trial")
    assert (shown.changed, shown.hash_same) == ((), True)
    assert {os.lstat(path).st_atime_ns for path in paths} == {10**17}
    sh("umount", tree.origin)


@pytest.mark.layers
@pytest.mark.only_layers_here  # making them takes the guest minutes
def test_comparing_many_files_takes_little_memory(lab: Lab) -> None:
    tree = lab.tree()
    for number in range(400):
        folder = Path(tree.origin, f"folder-{number}-{'x' * 60}")
        folder.mkdir()
        for file in range(1000):
            os.close(os.open(folder / f"file-{file}", os.O_CREAT | os.O_WRONLY))
    box = lab.create(tree.origin, name="trial", size="64M")
    assert box.listed > 40 * MIB
    for number in range(400):
        os.chmod(Path(tree.origin, f"folder-{number}-{'x' * 60}"), 0o700)
    child = os.fork()  # of which no other test has started programs
    if child == 0:
        status = 1
        try:
            _removed_in_little_memory(lab)
            status = 0
        except BaseException:  # noqa: BLE001 - it is a process of its own
            traceback.print_exc()  # nobody else says why
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _removed_in_little_memory(lab: Lab) -> None:
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shown = lab.remove("trial")
    assert len(shown.changed or ()) >= 300
    assert f"{len(shown.changed or ()) - 3} more" in shown.sentence
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - ours
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert more < 16 << 10, f"{more} KiB"
    assert theirs < 64 << 10, f"{theirs} KiB"


@pytest.mark.parametrize("hashed", [True, False])
def test_a_disk_that_is_written_by_the_node_of_its_part(lab: Lab, hashed: bool) -> None:
    """What waits in memory for that node is written out before it is counted and hashed."""
    disk, part, _other = partitioned(lab)
    lab.create(disk, name="trial", size="4M", no_mount=True, hash=hashed)
    with open(part, "r+b", buffering=0) as raw:
        raw.write(os.urandom(4096))
        shown = lab.remove("trial")
    assert shown.counters_same is False
    assert shown.hash_same is (False if hashed else None)
    assert "was CHANGED" in shown.sentence


@both_engines
def test_an_image_that_is_written_by_another_loop_device(lab: Lab, engine: str) -> None:
    disk = lab.disk(attach=False)
    lab.create(disk.origin, name="trial", size="4M", engine=engine)
    lab.loops.append(node := loop_over(disk.origin))
    with open(node, "r+b", buffering=0) as raw:
        raw.seek(4 * MIB)
        raw.write(os.urandom(4096))
        shown = lab.remove("trial")
    assert shown.hash_same is False
    assert "was CHANGED" in shown.sentence


@both_engines
@pytest.mark.parametrize("back", [True, False])
def test_an_image_that_is_changed_and_changed_back(lab: Lab, engine: str, back: bool) -> None:
    """What the sandbox showed meanwhile was something else; who did it set the other times back."""
    disk = lab.disk(attach=False)
    before, times = Path(disk.image).read_bytes(), os.stat(disk.image)
    lab.create(disk.origin, name="trial", size="4M", engine=engine)
    if back:
        with open(disk.image, "r+b") as file:
            file.write(b"other")
            file.flush()
            file.seek(0)
            file.write(before[:5])
        os.utime(disk.image, ns=(times.st_atime_ns, times.st_mtime_ns))
    shown = lab.remove("trial")
    assert (shown.hash_same, shown.counters_same) == (True, not back)
    assert ("untouched" in shown.sentence) is not back
    assert ("was changed, or its mode" in shown.sentence) is back


def test_a_map_that_lost_its_devices_proves_nothing(lab: Lab) -> None:
    """What was written below it before is not counted by it."""
    disk = lab.disk()
    sectors = os.stat(disk.image).st_size // 512
    sh("modprobe", "dm_mod")
    sh("dmsetup", "create", "below", "--table", f"0 {sectors} linear {disk.device} 0")
    sh("dmsetup", "mknodes", "below")
    try:
        lab.create("/dev/mapper/below", name="trial", size="4M", no_mount=True)
        sh("dmsetup", "suspend", "below")
        sh("dmsetup", "reload", "below", "--table", f"0 {sectors} error")
        sh("dmsetup", "resume", "below")
        write(disk.device, 4 * MIB)
        shown = lab.remove("trial")
        assert "untouched" not in shown.sentence
        assert "the devices below it is not counted" in shown.sentence
    finally:
        sh("dmsetup", "remove", "below")
        sh("dmsetup", "mknodes", "below")
