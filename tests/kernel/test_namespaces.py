"""Sandboxes of another mount namespace: shown, and left alone; and what only looks like one."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.lab import PLACE, Lab, node, sh, state
from tests.kernel.test_untouched import WithoutMapper
from tui.backend.errors import Refused
from tui.backend.inventory import blockers

pytestmark = pytest.mark.only_no_udev

ROOT = Path(__file__).parents[2]
TUI = f"cd {shlex.quote(str(ROOT))} && {shlex.quote(sys.executable)} -m tui"
"""The program, for a shell."""


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
        return self.run(f"{TUI} {shlex.join(words)}")

    def end(self) -> None:
        """The last process of the namespace ends: the shell, and what mount(8) started (nilfs_cleanerd)."""
        assert self.shell.stdin
        number = os.readlink(f"/proc/{self.shell.pid}/ns/mnt")
        self.shell.stdin.close()
        self.shell.wait()
        for process in filter(str.isdecimal, os.listdir("/proc")):
            with suppress(OSError):  # it has ended
                if os.readlink(f"/proc/{process}/ns/mnt") == number:
                    os.kill(int(process), signal.SIGKILL)


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
        assert [b.what for b in blockers.now(lab.host, box)] == [box.foreign.words]
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
        assert lab.sandbox("trial").gauge.total is not None
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


@pytest.mark.first_pid_namespace
@both_engines
def test_what_a_namespace_left_that_has_ended_is_cleared(lab: Lab, engine: str) -> None:
    disk = lab.disk()
    with elsewhere() as there:
        there.tui("create", disk.origin, "--name=trial", "--size=4M", f"--engine={engine}")
        assert lab.sandbox("trial").foreign is not None
    assert lab.sandbox("trial").foreign is None
    if engine == "overlay":
        assert lab.sandbox("trial").lost
        assert lab.sandbox("trial").engine == "overlay"
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
        assert blockers.now(lab.host, lab.sandbox("trial")) == ()
        sh("umount", "/run/sandbox-tui/trial/mnt")
        assert blockers.now(lab.host, lab.sandbox("trial")) == ()
        lab.remove("trial")


HIDDEN_THREAD = """
import ctypes, os, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
def copy():
    assert libc.unshare(0x200 | 0x20000) == 0, os.strerror(ctypes.get_errno())  # CLONE_FS, CLONE_NEWNS
    assert libc.mount(None, b"/", None, 0x4000 | 0x40000, None) == 0  # private, all of them
    print(flush=True)
    sys.stdin.read()
threading.Thread(target=copy).start()
"""


@both_engines
def test_a_thread_with_a_copy_of_the_mounts_is_in_the_way(lab: Lab, engine: str) -> None:
    """Of a process the first thread is in our namespace, the second is not."""
    lab.create(lab.disk().origin, name="trial", engine=engine)
    with subprocess.Popen(
        [sys.executable, "-c", HIDDEN_THREAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as hidden:
        assert hidden.stdout
        hidden.stdout.readline()
        with pytest.raises(Refused, match=f"process {hidden.pid} .* mount namespace of its own"):
            lab.remove("trial")
        hidden.kill()
    lab.remove("trial")


@both_engines
@pytest.mark.parametrize("more", [(), ("--pid", "--fork", "--mount-proc")], ids=["mounts", "processes too"])
def test_a_copy_of_our_namespace_changes_nothing_of_ours(
    lab: Lab, engine: str, more: tuple[str, ...]
) -> None:
    """Seen from there all looks as if it were its own."""
    box = lab.create(lab.disk().origin, name="trial", engine=engine)
    Path(f"{box.mountpoint}/mine").write_text("work")
    with elsewhere("--mount", "--propagation", "private", *more) as there:
        for verb in ("remove trial", "unmount trial", "grow trial +8M", "remove --all", "recover"):
            there.run(f"{TUI} {verb} || true")
        assert "foreign" in there.tui("list")
    assert Path(f"{box.mountpoint}/mine").read_text() == "work"
    assert lab.sandbox("trial").foreign is None
    lab.remove("trial")


@pytest.mark.layers
def test_a_namespace_that_is_kept_without_a_process(lab: Lab) -> None:
    """As container tools keep them: nothing of it is cleared."""
    place = PLACE / "kept"
    place.mkdir()
    sh("mount", "--bind", str(place), str(place))
    sh("mount", "--make-private", str(place))
    (place / "mnt").touch()
    make = f"{TUI} create {lab.tree().origin} --name trial --size 4M"
    point = in_a_kept_one(f"{place}/mnt", make).split()[-1]
    there = ("nsenter", f"--mount={place}/mnt")
    sh(*there, "sh", "-c", f"echo work >{point}/mine")
    box = lab.sandbox("trial")
    assert box.foreign
    assert box.foreign.words == f"the mount namespace kept at {place}/mnt"
    assert not lab.recover().steps
    assert sh(*there, "cat", f"{point}/mine") == "work\n"
    sh(*there, "sh", "-c", f"{TUI} remove trial")
    sh("umount", f"{place}/mnt")
    sh("umount", str(place))


def in_a_kept_one(file: str, line: str) -> str:
    """What a line of shell prints in a new namespace that is kept at a file.

    Only one with a higher number than ours can be, and since Linux 6.18 each processor gives its own: on the
    one that gave ours they are higher.
    """
    for processor in sorted(os.sched_getaffinity(0)):
        unshare = ("unshare", f"--mount={file}", "--propagation", "private", "sh", "-c", line)
        done = subprocess.run(
            ["taskset", "--cpu-list", str(processor), *unshare], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return done.stdout
        assert "Invalid argument" in done.stderr, done.stderr
    raise AssertionError("on no processor")


@pytest.mark.layers
def test_a_sandbox_that_was_made_in_a_chroot(lab: Lab) -> None:
    """The usual one for a rescue, with our /run in it: from outside its mounts are further down."""
    jail, tree = PLACE / "jail", lab.tree()
    jail.mkdir()
    sh("mount", "--rbind", "/", str(jail))
    sh("mount", "--make-rprivate", str(jail))
    sh("mount", "--rbind", "/run", f"{jail}/run")
    point = sh("chroot", str(jail), "sh", "-c", f"{TUI} create {tree.origin} --name trial --size 4M").split()[
        -1
    ]
    Path(f"{jail}{point}/mine").write_text("work")
    assert lab.sandbox("trial").foreign
    assert not lab.recover().steps
    with pytest.raises(Refused, match="another root directory"):
        lab.remove("trial")
    assert Path(f"{jail}{point}/mine").read_text() == "work"
    sh("chroot", str(jail), "sh", "-c", f"{TUI} remove trial")
    sh("umount", "--lazy", str(jail))  # the whole tree, also what hides another there


@pytest.mark.layers
def test_a_device_stays_read_only_while_another_shows_it(lab: Lab) -> None:
    disk = lab.disk()
    lab.host = WithoutMapper()  # else a map claims the device, and nobody can show it
    with elsewhere() as there:
        lab.create(disk.origin, name="one", size="4M", engine="overlay")
        there.run("mount -t tmpfs -o mode=0755 run /run")
        there.run(f"mkdir /run/m && mount -o ro,noload {disk.device} /run/m")
        assert f"{disk.device} stays read-only" in " ".join(lab.remove_plan("one").notes)
        lab.remove("one")
        assert sh("blockdev", "--getro", disk.device).strip() == "1"
    sh("blockdev", "--setrw", disk.device)


@pytest.mark.layers
@pytest.mark.parametrize("kind", ["ext4", "btrfs"])
def test_copies_of_ours_do_not_keep_a_device_read_only(lab: Lab, kind: str) -> None:
    """Those in anybody's user namespace go with the sandbox."""
    disk = lab.disk(kind)
    lab.host = WithoutMapper()
    lab.create(disk.origin, name="one", size="4M", engine="overlay")
    with elsewhere("--user", "--map-root-user", "--mount", "--propagation", "private") as there:
        there.run("grep -q /run/sandbox-tui/one/lower /proc/self/mountinfo")
        assert "read-only" not in " ".join(lab.remove_plan("one").notes)
        lab.remove("one")
        assert sh("blockdev", "--getro", disk.device).strip() == "0"


@pytest.mark.layers
def test_a_sandbox_of_the_same_name_elsewhere_is_not_in_the_way(lab: Lab) -> None:
    tree = lab.tree()
    with elsewhere() as there:
        there.run("mount -t tmpfs -o mode=0755 run /run")
        there.tui("create", tree.origin, "--name=trial", "--size=4M")
        lab.create(tree.origin, name="trial", size="4M")
        assert blockers.now(lab.host, lab.sandbox("trial")) == ()
        lab.remove("trial")
        there.tui("remove", "trial")


@pytest.mark.layers
def test_a_file_at_a_path_like_ours_is_not_in_the_way(lab: Lab) -> None:
    """Anybody may have one, in a namespace of his own."""
    lab.create(lab.disk().origin, name="trial", engine="overlay")
    with elsewhere("--user", "--map-root-user", "--mount", "--propagation", "private") as there:
        there.run("mount -t tmpfs run /run && mkdir -p /run/sandbox-tui/trial/store")
        there.run("exec 5>/run/sandbox-tui/trial/store/file")
        there.run("cd /run/sandbox-tui/trial/store")
        found = blockers.now(lab.host, lab.sandbox("trial"))
        assert [b for b in found if "keeps it mounted" not in b.how] == []
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
