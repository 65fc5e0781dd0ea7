"""Two verbs at the same time: on different sandboxes while the origin of one is hashed; never on one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.kernel.lab import PLACE, Lab, state
from tests.patience import until
from tui.backend.errors import Refused

WAITING = """\
#!/bin/sh
while ! [ -e {go} ]; do sleep 0.05; done
exec /usr/bin/sha256sum "$@"
"""


class Slow:
    """A verb in a program of its own whose hashing waits until it is let `go`."""

    def __init__(self, lab: Lab, *words: str) -> None:
        self.lab, self.place = lab, PLACE / f"slow-{os.urandom(4).hex()}"
        self.place.mkdir()
        hasher = self.place / "sha256sum"
        hasher.write_text(WAITING.format(go=self.place / "go"))
        hasher.chmod(0o755)
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tui", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PATH": f"{self.place}:{os.environ['PATH']}"},
        )
        self.hasher = until(self._hasher, "sha256sum")

    def _hasher(self) -> int:
        """The process that hashes; 0 for none yet."""
        assert self.process.poll() is None, self.process.communicate()
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
                if Path(f"/proc/{pid}/comm").read_text() == "sha256sum\n":
                    return int(pid)
        return 0

    def go(self) -> str:
        """Let it come to its end; what it said."""
        (self.place / "go").touch()
        said = self.process.communicate()[1].decode()
        assert self.process.returncode == 0, said
        return said

    def interrupt(self) -> str:
        """Ctrl-C; what it said."""
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate()[1].decode()
        assert "Everything done before it was undone" in said, said
        return said


def creation(lab: Lab, name: str, *more: str) -> Slow:
    """One that is being made of an image of its own."""
    image = lab.disk("ext4-1k", attach=False, name=f"{name}.img").image
    return Slow(lab, "create", image, "--name", name, "--size", "4M", *more)


def rule() -> list[Path]:
    """The udev rule, where there is one."""
    return list(Path("/run/udev/rules.d").glob("*sandbox-tui*"))


def is_like(before: dict[str, object]) -> bool:
    """Whether the machine is as it was; links are udev's, and come later."""
    return {**state(), "labels": 0} == {**before, "labels": 0}


@pytest.mark.own_kernel
def test_others_are_changed_while_one_is_hashed(lab: Lab) -> None:
    disk = lab.disk("ext4")
    before = state()
    one = creation(lab, "slow", "--no-mount")
    lab.create(disk.device, name="trial", size="4M")
    lab.grow("trial", "8M")
    lab.unmount("trial")
    lab.mount("trial")
    box = lab.sandbox("slow")
    assert (box.running, box.interrupted) == (True, False)
    changes: tuple[Callable[[], object], ...] = (
        lambda: lab.remove("slow"),
        lambda: lab.grow("slow", "8M"),
        lambda: lab.mount("slow"),
        lab.recover,  # there is nothing else
    )
    for change in changes:
        with pytest.raises(Refused, match="slow is being changed just now"):
            change()
    lab.remove("trial")
    assert one.process.poll() is None
    one.interrupt()
    assert lab.sandboxes() == ()
    assert is_like(before)


@pytest.mark.own_kernel
def test_an_orphan_that_hashes_keeps_no_lock(lab: Lab) -> None:
    before = state()
    one = creation(lab, "slow", "--no-mount")
    one.process.kill()
    one.process.wait()
    assert Path(f"/proc/{one.hasher}").exists()
    box = lab.sandbox("slow")
    assert (box.running, box.interrupted) == (False, True)
    lab.create(lab.disk("ext4", attach=False).image, name="trial", size="4M")
    lab.remove("trial")
    (one.place / "go").touch()
    until(lambda: not Path(f"/proc/{one.hasher}").exists(), "the end of sha256sum")
    lab.recover()
    assert lab.sandboxes() == ()
    assert is_like(before)


def test_what_all_share_stays_for_the_others(lab: Lab) -> None:
    """The first one brought the udev rule, and is taken back."""
    before = state()
    one = creation(lab, "first")
    lab.create(lab.disk("ext4").device, name="second", size="4M")
    there = rule()
    said = one.interrupt()
    assert rule() == there
    assert "Undo: Keep the host away" not in said
    assert [box.name for box in lab.sandboxes()] == ["second"]
    lab.remove("second")
    assert not rule()
    assert is_like({**before, "loops": state()["loops"]})


@pytest.mark.parametrize("store", ["tmpfs", "ramdisk"])
@pytest.mark.parametrize("ends", [True, False])
def test_the_last_two_are_removed_at_once(lab: Lab, ends: bool, store: str) -> None:
    """Who is the last takes away what all share; a removal that is taken back is none."""
    before = state()
    for name, used in (("one", store), ("two", "tmpfs")):
        image = lab.disk("ext4-1k", attach=False, name=f"{name}.img").image
        lab.create(image, name=name, size="4M", store=used)
    there = rule()
    first = Slow(lab, "remove", "one")
    lab.remove("two")
    assert rule() == there
    first.go() if ends else first.interrupt()
    if not ends:
        assert rule() == there
        assert lab.sandbox("one").mounts
        lab.remove("one")
    assert is_like(before)


@pytest.mark.parametrize("options", [("--store", "ramdisk"), ("--classic",)], ids=str)
@pytest.mark.parametrize("ends", [True, False])
def test_the_ram_disk_is_nobodys_twice(lab: Lab, options: tuple[str, ...], ends: bool) -> None:
    before = state()
    one = creation(lab, "one", *options)
    for again in ({"classic": True}, {"store": "ramdisk"}):
        with pytest.raises(Refused, match="that of the sandbox one: only one at a time"):
            lab.create(_other(lab), name="two", size="4M", **again)
    if ends:
        one.go()
        lab.remove("one")
    else:
        one.interrupt()
    assert is_like(before)


def _other(lab: Lab) -> str:
    return lab.disk("ext4-1k", attach=False, name="two.img").image


def test_memory_is_promised_once(lab: Lab) -> None:
    """An overlay has its store after its origin was hashed."""
    size = lab.host.memory().available // 100 * 55
    image = lab.disk("ext4-1k", attach=False, name="one.img").image
    one = Slow(lab, "create", image, "--name", "one", "--engine", "overlay", "--size", f"{size >> 20}M")
    other = lab.disk("ext4-1k", attach=False, name="two.img").image
    with pytest.raises(Refused, match="can be promised"):
        lab.create(other, name="two", engine="overlay", size=f"{size >> 20}M")
    one.interrupt()
    assert lab.sandboxes() == ()


def test_a_mount_point_is_taken_once(lab: Lab) -> None:
    point = PLACE / "point"
    point.mkdir()
    one = creation(lab, "one", "--mount", str(point))
    other = lab.disk("ext4-1k", attach=False, name="two.img").image
    with pytest.raises(Refused, match="goes with the sandbox one"):
        lab.create(other, name="two", size="4M", mount=str(point))
    one.go()
    lab.remove("one")
    assert lab.sandboxes() == ()
