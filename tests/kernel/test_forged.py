"""What anybody can make look like a part of ours, or like somebody's use of a device: it is never touched,
and keeps nobody from anything.
"""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kernel.lab import MIB, PLACE, Lab, loop_over, sh
from tests.kernel.test_namespaces import Elsewhere, elsewhere
from tests.patience import until
from tui.backend import inventory
from tui.backend.errors import Refused
from tui.backend.inventory import blockers
from tui.backend.sandboxes import practice_disk

pytestmark = [pytest.mark.layers, pytest.mark.only_no_udev]

LOOP_SET_FD, LOOP_CTL_GET_FREE = 0x4C00, 0x4C82
ANYBODY = ("--user", "--map-root-user", "--mount", "--propagation", "private")


@contextmanager
def attached(there: Elsewhere, path: str) -> Iterator[str]:
    """A loop device with a path of another namespace, as udisks makes it of a file that a user opened."""
    there.run(f"mkdir -p {Path(path).parent} && truncate --size=8M {path}")
    loop = _attach(f"/proc/{there.shell.pid}/root{path}")
    try:
        assert Path(f"/sys/class/block/{Path(loop).name}/loop/backing_file").read_text().strip() == path
        yield loop
        assert Path(f"/sys/class/block/{Path(loop).name}/loop/backing_file").exists()
    finally:
        sh("losetup", "--detach", loop)


def _attach(path: str) -> str:
    """Losetup(8) would take the path apart, and attach what has it here."""
    with Path("/dev/loop-control").open("rb") as control, Path(path).open("r+b") as file:
        loop = f"/dev/loop{fcntl.ioctl(control, LOOP_CTL_GET_FREE)}"
        with Path(loop).open("r+b") as device:
            fcntl.ioctl(device, LOOP_SET_FD, file.fileno())
    return loop


@pytest.mark.parametrize("part", ["store/cow", "origin"])
def test_a_path_like_that_of_a_part(lab: Lab, part: str) -> None:
    """Neither a sandbox, nor a leftover, nor a part of a real one of the same name."""
    with elsewhere(*ANYBODY) as there:
        there.run("mount -t tmpfs run /run")
        with attached(there, f"/run/sandbox-tui/trial/{part}"):
            assert lab.sandboxes() == ()
            assert not [step for step in lab.recover().steps if "losetup" in step.command.argv]
            lab.create(lab.disk(attach=False).origin, name="trial", engine="overlay")
            assert len(lab.sandbox("trial").loops) == 1
            lab.remove("trial")


def test_a_path_like_that_of_the_practice_disk(lab: Lab) -> None:
    with elsewhere(*ANYBODY) as there:
        there.run("mount -t tmpfs run /run")
        with attached(there, "/run/sandbox-tui/.practice/disk.img"):
            assert practice_disk.disk(inventory.read(lab.host)) is None
            Path("/run/sandbox-tui/.practice").mkdir(parents=True)
            assert not [step for step in lab.recover().steps if "losetup" in step.command.argv]


def test_a_path_like_that_of_a_device(lab: Lab) -> None:
    """It is not in use by that."""
    disk = lab.disk()
    with elsewhere(*ANYBODY) as there:
        there.run("mount -t tmpfs dev /dev")
        with attached(there, disk.device):
            assert lab.create(disk.origin, name="trial", engine="overlay").whole
            lab.remove("trial")


def test_a_path_like_that_of_a_file_in_a_sandbox(lab: Lab) -> None:
    with elsewhere(*ANYBODY) as there:
        there.run("mount -t tmpfs run /run")
        box = lab.create(lab.disk().origin, name="trial", engine="overlay")
        with attached(there, f"{box.mountpoint}/image"):
            assert blockers.now(lab.host, lab.sandbox("trial")) == ()
        with attached(there, f"{box.mountpoint}/image"):
            Path(f"{box.mountpoint}/image").write_bytes(bytes(MIB))
            assert blockers.now(lab.host, lab.sandbox("trial")) == ()
    real = loop_over(f"{box.mountpoint}/image")
    assert [found.what for found in blockers.now(lab.host, lab.sandbox("trial"))] == [
        f"the loop device {real}"
    ]
    sh("losetup", "--detach", real)
    lab.remove("trial")


def refused(lab: Lab, origin: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        lab.create(origin, name="trial", engine="overlay")
    assert lab.sandboxes() == ()


def test_an_image_that_is_attached_under_another_name(lab: Lab) -> None:
    image = lab.disk(attach=False).image
    link = PLACE / "link.img"
    os.link(image, link)
    loop = loop_over(link)
    refused(lab, image, f"(attached to {loop}, which can write to it|it is open for writing)")
    sh("losetup", "--detach", loop)
    loop = loop_over(link, "--read-only")
    lab.create(image, name="trial", engine="overlay")
    lab.remove("trial")
    sh("losetup", "--detach", loop)


@pytest.mark.parametrize("mode", ["O_WRONLY", "O_RDWR", "O_RDONLY"])
def test_an_image_that_is_open(lab: Lab, mode: str) -> None:
    """For writing, by whatever name; who reads it is not in the way."""
    image = lab.disk(attach=False).image
    link = PLACE / "link.img"
    os.link(image, link)
    descriptor = os.open(link, getattr(os, mode))
    with subprocess.Popen(["sleep", "1000"], stdin=descriptor) as holder:
        os.close(descriptor)
        # a program has its files before it has its name
        until(lambda: Path(f"/proc/{holder.pid}/comm").read_text() == "sleep\n", "the name of sleep")
        try:
            if mode == "O_RDONLY":
                lab.create(image, name="trial", engine="overlay")
                lab.remove("trial")
            else:
                refused(lab, image, f"process {holder.pid} .sleep. has it open for writing")
        finally:
            holder.kill()


def test_an_image_that_is_mapped_for_writing(lab: Lab) -> None:
    """No file descriptor tells of it."""
    image = lab.disk(attach=False).image
    program = (
        "import mmap, sys; file = open(sys.argv[1], 'r+b'); held = mmap.mmap(file.fileno(), 0); file.close();"
        " print(flush=True); sys.stdin.read()"
    )
    words = ["python3", "-c", program, image]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        try:
            refused(lab, image, "open for writing")
        finally:
            holder.kill()
