"""Sandboxes of another mount namespace: shown, and left alone; and what only looks like one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.lab import PLACE, Lab, node, sh, state
from tui.backend import gauge
from tui.backend.errors import Refused
from tui.backend.inventory import blockers

pytestmark = pytest.mark.only_no_udev

ROOT = Path(__file__).parents[2]


class Elsewhere:
    """A shell in a mount namespace of its own, in which sandboxes are made."""

    def __init__(self, *options: str) -> None:
        self.shell = subprocess.Popen(
            ["unshare", *(options or ("--mount", "--propagation", "private")), "sh"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def run(self, line: str) -> str:
        """Run a line there; what it prints. The test fails when it fails."""
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(f"{{ {line}; }} 2>&1; status=$?; echo; echo $status ended\n")
        self.shell.stdin.flush()
        said: list[str] = []
        while not (word := self.shell.stdout.readline()).endswith(" ended\n"):
            assert word, said
            said.append(word)
        assert word == "0 ended\n", said
        return "".join(said)

    def tui(self, *words: str) -> str:
        """Run the command line there."""
        return self.run(" ".join([sys.executable, "-m", "tui", *words]))

    def end(self) -> None:
        """The last process of the namespace ends."""
        assert self.shell.stdin
        self.shell.stdin.close()
        self.shell.wait()


@contextmanager
def elsewhere(*options: str) -> Iterator[Elsewhere]:
    there = Elsewhere(*options)
    try:
        yield there
    finally:
        there.end()


def kept(lab: Lab, there: Elsewhere, point: str) -> None:
    """Every verb refuses, and nothing changes here or there."""
    Path(PLACE, "text").write_text("what somebody works on")
    there.run(f"cp {PLACE}/text {point}/mine" if point else "true")
    before = state()
    for verb in (
        lambda: lab.grow("trial", "+8M"),
        lambda: lab.remove("trial"),
        lambda: lab.mount("trial"),
        lambda: lab.unmount("trial"),
    ):
        with pytest.raises(Refused, match="trial is foreign: process") as refusal:
            verb()
        assert f"nsenter --mount --target {there.shell.pid}" in refusal.value.hint
        assert refusal.value.exit_code == 3
    assert not lab.recover().steps
    assert state() == before
    if point:
        assert "what somebody works on" in there.run(f"cat {point}/mine")


@both_engines
def test_one_of_another_mount_namespace_is_left_alone(lab: Lab, engine: str) -> None:
    disk = lab.disk()
    with elsewhere() as there:
        point = there.tui("create", disk.origin, "--name=trial", "--size=4M", f"--engine={engine}").split()[
            -1
        ]
        box = lab.sandbox("trial")
        assert box.foreign is not None
        assert box.foreign.pid == there.shell.pid
        assert box.engine == ("overlay" if engine == "overlay" else "snapshot")
        assert not box.interrupted
        assert [b.what for b in blockers.read(lab.host, box)] == [box.foreign.words]
        kept(lab, there, point)
        assert there.tui("list", "--json").count('"foreign": null') == 1
        there.tui("remove", "trial")
    assert lab.sandboxes() == ()


@pytest.mark.parametrize("options", [("--no-mount",), ("--store=ramdisk", f"--mount={PLACE}/point")])
def test_maps_of_another_mount_namespace(lab: Lab, options: tuple[str, ...]) -> None:
    """Without a mount its loop device tells; without a loop device its mount."""
    disk = lab.disk("vfat")
    with elsewhere() as there:
        there.tui("create", disk.origin, "--name=trial", "--size=4M", *options)
        assert lab.sandbox("trial").foreign is not None
        assert gauge.read(lab.sandbox("trial")).total is not None
        kept(lab, there, "" if "--no-mount" in options else f"{PLACE}/point")
        there.tui("remove", "trial")


@pytest.mark.layers
def test_one_that_has_a_run_of_its_own(lab: Lab) -> None:
    """A container: its directory is not even in our /run. An image's loop device can be seen from here."""
    disk = lab.disk("ext4", attach=False)
    with elsewhere() as there:
        there.run("mount -t tmpfs -o mode=0755 run /run")
        point = there.tui("create", disk.origin, "--name=trial", "--size=4M", "--engine=overlay").split()[-1]
        assert lab.sandbox("trial").foreign is not None
        kept(lab, there, point)
        there.tui("remove", "trial")
    assert lab.sandboxes() == ()


@pytest.mark.layers
def test_a_process_with_another_root_does_not_hide_the_mounts(lab: Lab) -> None:
    """Of a namespace any process may be met first: one in a chroot sees what is mounted below that only."""
    disk = lab.disk("ext4")
    with elsewhere() as there:
        there.run(f"mkdir {PLACE}/jail && cp /bin/busybox {PLACE}/jail")
        there.run(f"chroot {PLACE}/jail /busybox sleep 1000 >/dev/null & echo")
        there.tui("create", disk.origin, "--name=trial", "--size=4M", "--engine=overlay")
        assert lab.sandbox("trial").foreign is not None
        there.tui("remove", "trial")
        there.run("kill $!")


@both_engines
def test_what_a_namespace_left_that_has_ended_is_cleared(lab: Lab, engine: str) -> None:
    disk = lab.disk()
    with elsewhere() as there:
        there.tui("create", disk.origin, "--name=trial", "--size=4M", f"--engine={engine}")
        assert lab.sandbox("trial").foreign is not None
    assert lab.sandbox("trial").foreign is None
    if lab.sandbox("trial").interrupted:
        lab.recover()
    else:  # its map and its store live on: a sandbox like any other that is not mounted
        lab.remove("trial")
    assert lab.sandboxes() == ()


@pytest.mark.layers
def test_ours_is_not_foreign_because_a_service_has_a_copy(lab: Lab) -> None:
    lab.create(lab.disk().origin, name="trial", engine="overlay")
    with elsewhere() as there:
        there.run("true")
        assert lab.sandbox("trial").foreign is None
        sh("umount", "/run/sandbox-tui/trial/mnt")
        assert lab.sandbox("trial").foreign is None
    lab.remove("trial")


@pytest.mark.layers
def test_anybody_can_mount_something_that_looks_like_a_sandbox(lab: Lab) -> None:
    """In a user namespace of his own. It is none, and keeps nobody from making or removing a real one."""
    with elsewhere("--user", "--map-root-user", "--mount", "--propagation", "private") as there:
        own = "/run/sandbox-tui/trial"
        parts = f"{own}/store/upper {own}/store/work {own}/lower"
        layers = f"lowerdir={own}/lower,upperdir={own}/store/upper,workdir={own}/store/work"
        there.run(f"mount -t tmpfs run /run && mkdir -p {parts} /run/shown")
        there.run(f"mount -t overlay -o {layers},userxattr sandbox-tui /run/shown")
        assert lab.sandboxes() == ()
        lab.create(lab.disk().origin, name="trial", engine="overlay")
        assert lab.sandbox("trial").foreign is None
        assert blockers.read(lab.host, lab.sandbox("trial")) == ()
        sh("umount", "/run/sandbox-tui/trial/mnt")
        assert blockers.read(lab.host, lab.sandbox("trial")) == ()
        lab.remove("trial")


def test_the_source_of_a_mount_proves_nothing(lab: Lab) -> None:
    """Anybody may call the source of a mount as he likes: what is not the sandbox's is not unmounted."""
    box = lab.create(lab.disk().origin, name="trial")
    point = PLACE / "other"
    point.mkdir()
    sh("mount", "-t", "tmpfs", node(box), str(point))
    assert [mount.mountpoint for mount in lab.sandbox("trial").mounts] == ["/run/sandbox-tui/trial/mnt"]
    lab.remove("trial")
    assert os.path.ismount(point)
    sh("umount", str(point))


@pytest.mark.layers
@pytest.mark.parametrize("letter", ["\r", "\x0b", "\x1c", "\x85", "\u2028"], ids=ascii)
def test_a_mount_point_below_a_directory_with_an_odd_name(lab: Lab, letter: str) -> None:
    """Its parent was renamed by somebody: the kernel does not escape what Python takes for a line's end."""
    parent, renamed = PLACE / "plain", PLACE / f"od{letter}d - ext4 x"
    parent.mkdir()
    lab.create(lab.tree().origin, name="trial", size="2M", mount=f"{parent}/mnt")
    parent.rename(renamed)
    assert lab.sandbox("trial").mountpoint == f"{renamed}/mnt"
    lab.remove("trial")
    assert not os.path.ismount(renamed / "mnt")
    assert lab.sandboxes() == ()
