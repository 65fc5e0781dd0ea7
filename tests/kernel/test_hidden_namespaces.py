"""Mount namespaces that no process is in, which hold copies of a sandbox's mounts where nobody can look."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.lab import PLACE, Lab, sh
from tui.backend import execute
from tui.backend.command import command
from tui.backend.errors import PlanFailed, Refused
from tui.backend.inventory import blockers

pytestmark = pytest.mark.only_no_udev

KEPT_BY_A_DESCRIPTOR = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
os.setgroups([]); os.setgid(1000); os.setuid(1000)
libc.prctl(4, 1)  # PR_SET_DUMPABLE: changing the user took it away
(ready, tell), (wait, go) = os.pipe(), os.pipe()
child = os.fork()
if not child:
    libc.prctl(4, 1)
    assert libc.unshare(0x10000000 | 0x20000) == 0, os.strerror(ctypes.get_errno())  # NEWUSER, NEWNS
    assert libc.mount(None, b"/", None, 0x4000 | 0x40000, None) == 0  # private, all of them
    os.write(tell, b"x")
    os.read(wait, 1)
    os._exit(0)
os.close(tell)
assert os.read(ready, 1)
kept = os.open(f"/proc/{child}/ns/mnt", os.O_RDONLY)
os.write(go, b"x")
os.waitpid(child, 0)
print("kept", flush=True)
sys.stdin.read()
"""


@contextmanager
def kept_by_a_descriptor() -> Iterator[int]:
    """A mount namespace with copies of all mounts that no process is in: one without rights has it open."""
    with subprocess.Popen(
        [sys.executable, "-c", KEPT_BY_A_DESCRIPTOR], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as keeper:
        assert keeper.stdout
        try:
            assert keeper.stdout.readline() == b"kept\n"
            yield keeper.pid
        finally:
            keeper.kill()


@both_engines
@pytest.mark.parametrize("mount", [None, f"{PLACE}/made"], ids=["own place", "made for it"])
@pytest.mark.parametrize("attach", [True, False], ids=["device", "image"])
def test_copies_of_its_mounts_that_nobody_can_see_go_with_it(
    lab: Lab, engine: str, mount: str | None, attach: bool
) -> None:
    """They are no veto: where the directory is ours, removing it unmounts them."""
    lab.create(lab.disk(attach=attach).origin, name="trial", engine=engine, mount=mount)
    with kept_by_a_descriptor():
        assert blockers.now(lab.host, lab.sandbox("trial")) == ()
        lab.remove("trial")
        assert lab.sandboxes() == ()


@both_engines
def test_remains_whose_mounts_have_copies_that_nobody_can_see(lab: Lab, engine: str) -> None:
    """A removal by an older release ended when it was unmounted, and no more."""
    box = lab.create(lab.disk().origin, name="trial", engine=engine)
    with kept_by_a_descriptor():
        Path("/run/sandbox-tui/trial/busy-remove").touch()
        sh("umount", str(box.mountpoint))
        if engine == "overlay":
            sh("umount", "/run/sandbox-tui/trial/lower")
        lab.recover()
        assert lab.sandboxes() == ()


@pytest.mark.first_pid_namespace
@both_engines
def test_who_keeps_a_namespace_that_may_have_a_copy_is_named(lab: Lab, engine: str) -> None:
    """Where the mount point was there before it stays, and the copy too. Unmounting is not kept from."""
    point = PLACE / "point"
    point.mkdir()
    lab.create(lab.disk().origin, name="trial", engine=engine, mount=str(point))
    with kept_by_a_descriptor() as pid:
        found = blockers.now(lab.host, lab.sandbox("trial"))
        assert [one.pid for one in found] == [pid]
        assert found[0].how.startswith("keeps a mount namespace open")
        with pytest.raises(Refused, match=f"process {pid} "):
            lab.remove("trial")
        assert lab.sandbox("trial").mountpoint == str(point)
        lab.unmount("trial")
        assert blockers.now(lab.host, lab.sandbox("trial")) == ()
    lab.remove("trial")


def test_a_removal_that_is_taken_back_has_its_mount_point_again(lab: Lab) -> None:
    box = lab.create(lab.disk().origin, name="trial", mount=f"{PLACE}/made")
    Path(f"{box.mountpoint}/mine").write_text("work")
    plan = lab.remove_plan("trial")
    assert plan.commit is not None
    broken = replace(plan.steps[plan.commit], title="break", command=command("false"))
    steps = (*plan.steps[: plan.commit], broken)
    with pytest.raises(PlanFailed) as failure:
        execute.run(replace(plan, steps=steps, commit=len(steps)), lab.host)
    assert failure.value.undone
    assert Path(f"{PLACE}/made/mine").read_text() == "work"
    lab.remove("trial")
    assert not Path(f"{PLACE}/made").exists()
