"""kill -9 at every step of create, grow and remove (a few of them, chosen anew in each run, where it is no
soak), then recover: the machine is as before.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NoReturn

import pytest

from tests import soak
from tests.kernel.lab import Disk, Lab, Tree, state
from tests.patience import until
from tui.backend import inventory, run
from tui.backend.errors import Refused
from tui.backend.execute import Event, Phase
from tui.backend.gauge import State
from tui.backend.plan import Plan
from tui.backend.sandboxes import grow, perform, remove

Planner = Callable[[inventory.Inventory], Plan]
FEW = 3
"""Steps of a plan at which a run that is no soak kills it."""

SETUPS: dict[str, dict[str, Any]] = {
    "image on tmpfs": {"size": "4M"},
    "device on RAM disk": {"size": "4M", "store": "ramdisk"},
    "classic": {"size": "4M", "classic": True},
    "overlay of an image": {"size": "4M", "engine": "overlay"},
    "overlay of a directory": {"size": "4M"},
    "overlay of a device": {"size": "4M", "engine": "overlay"},
}
OVERLAYS = list(SETUPS)[3:]
SOAKED = os.environ.get("SANDBOX_TUI_SOAK") == "1"
MOMENTS = ["before the program", "while the program runs"]


def layers(setup: str, *, only_here: bool = False) -> list[pytest.MarkDecorator]:
    """The marks of a setup: overlays are tried on the kernel of this machine, too, or only there."""
    if setup not in OVERLAYS:
        return []
    return [pytest.mark.layers, *([pytest.mark.only_layers_here] if only_here else [])]


CASES = [
    pytest.param(setup, moment, marks=[] if setup == "image on tmpfs" else pytest.mark.only_no_udev)
    for setup, moment in (*product(list(SETUPS)[:3], MOMENTS[:1]), *product(list(SETUPS)[:2], MOMENTS[1:]))
]
CASES += [
    pytest.param(setup, moment, marks=[*layers(setup, only_here=here), pytest.mark.only_no_udev])
    for setup, moment, here in (
        ("overlay of a directory", MOMENTS[0], False),
        ("overlay of a directory", MOMENTS[1], True),
        ("overlay of an image", MOMENTS[0], True),
        ("overlay of an image", MOMENTS[1], True),
        ("overlay of a device", MOMENTS[0], False),
        *((("overlay of a device", MOMENTS[1], False),) if SOAKED else ()),
    )
]


def steps(lab: Lab, make: Planner, least: int, of: object) -> tuple[list[int], int]:
    """The steps of a plan at which it is killed, and the number of all: more than `least`."""
    number = len(make(inventory.read(lab.host)).steps)
    assert number > least
    return soak.share(range(number), FEW, f"kill {of}"), number


def killed(lab: Lab, make: Planner, step: int, moment: str) -> bool:
    """Perform in a child that gets SIGKILL at a step; false when the plan has no such step."""
    child = os.fork()
    if child == 0:
        _perform_and_die(lab, make, step, moment)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _perform_and_die(lab: Lab, make: Planner, step: int, moment: str) -> NoReturn:
    def listener(event: Event) -> None:
        if event.phase is Phase.STARTED and event.index == step:
            if moment == MOMENTS[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            run._call = _start_and_die

    try:
        perform.perform(lab.host, make, listener=listener)
    finally:
        os._exit(0)


def _start_and_die(
    argv: Sequence[str], data: bytes, output: str | None, timeout: float | None, keep: tuple[int, ...]
) -> NoReturn:
    """As run does it, but nobody is there any more when the program ends."""
    del timeout
    stdout = os.open(output, os.O_WRONLY | os.O_CREAT) if output else subprocess.DEVNULL
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=keep,
    )
    assert process.stdin is not None
    process.stdin.write(data[: len(data) // 2])
    process.stdin.flush()
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def recovered(lab: Lab) -> None:
    """Recover as soon as the lock is free."""

    def free() -> bool:
        try:
            lab.recover()
        except Refused as refusal:
            if "Another sandbox-tui" not in refusal.message:
                raise
            return False
        return True

    until(free, "the lock")


def settled() -> dict[str, object]:
    if os.path.exists("/run/udev/control"):
        run.run(["udevadm", "settle"])
    return state()


def prepared(lab: Lab, setup: str) -> Disk | Tree:
    """An origin; beside it, but for the first setup, another sandbox that must not be touched.

    Alone, a sandbox brings and takes the udev rule with it; once is enough to try that.
    """
    if setup == "image on tmpfs":
        return lab.disk(attach=False)
    if setup in OVERLAYS:
        lab.create(lab.tree("other").origin, name="bystander", size="2M")
        return lab.tree() if setup.endswith("directory") else lab.disk(attach=setup.endswith("device"))
    lab.create(lab.disk("raw").origin, name="bystander", size="2M")
    return lab.disk()


def finished(lab: Lab, disk: Disk | Tree, digest: int) -> None:
    """The bystander is whole, the origin untouched."""
    for sandbox in lab.sandboxes():
        assert lab.gauge(sandbox.name).state is State.OK
        lab.remove(sandbox.name)
    assert disk.digest() == digest


@pytest.mark.parametrize(("setup", "moment"), CASES)
def test_create(lab: Lab, setup: str, moment: str) -> None:
    disk = prepared(lab, setup)
    digest, before = disk.digest(), settled()
    make = lab.creation(lab.request(disk.origin, name="trial", **SETUPS[setup]))
    chosen, number = steps(lab, make, 12, f"create {setup} {moment}")
    for step in chosen:
        assert killed(lab, make, step, moment)
        recovered(lab)
        if step >= number - 2 and any(found.name == "trial" for found in lab.sandboxes()):
            lab.remove("trial")  # nobody was there to see that it was done
        assert settled() == before, f"killed at step {step}"
    assert not killed(lab, make, number, moment)  # it is done
    finished(lab, disk, digest)


def test_create_before_its_last_step(lab: Lab) -> None:
    """One moment of the test above, for other releases of Debian: all of them take minutes in emulation."""
    disk = lab.disk(attach=False)
    digest, before = disk.digest(), settled()
    make = lab.creation(lab.request(disk.origin, name="trial", size="4M"))
    last = len(make(inventory.read(lab.host)).steps) - 1
    assert killed(lab, make, last, MOMENTS[0])
    assert settled() != before
    recovered(lab)
    assert settled() == before
    assert disk.digest() == digest


@pytest.mark.parametrize(("setup", "moment"), CASES)
def test_remove(lab: Lab, setup: str, moment: str) -> None:
    disk = prepared(lab, setup)
    digest, before = disk.digest(), settled()
    make: Planner = lambda reading: remove.prepare(lab.host, reading, ("trial",))  # noqa: E731
    lab.create(disk.origin, name="trial", **SETUPS[setup])
    chosen, number = steps(lab, make, 6, f"remove {setup} {moment}")
    for step in chosen:
        assert killed(lab, make, step, moment)
        recovered(lab)
        if not any(found.name == "trial" for found in lab.sandboxes()):
            assert settled() == before, f"killed at step {step}"
            lab.create(disk.origin, name="trial", **SETUPS[setup])
    assert not killed(lab, make, number, moment)  # it is done
    assert settled() == before
    finished(lab, disk, digest)


@pytest.mark.parametrize(("setup", "moment"), [case for case in CASES if "classic" not in case.values])
def test_grow(lab: Lab, setup: str, moment: str) -> None:
    disk = prepared(lab, setup) if setup in OVERLAYS else lab.disk("vfat")
    make: Planner = lambda reading: grow.prepare(lab.host, reading, "trial", "+1M")  # noqa: E731
    box = lab.create(disk.origin, name="trial", **SETUPS[setup])
    with open(f"{box.mountpoint}/work", "w") as file:
        file.write("somebody's work")
    chosen, number = steps(lab, make, 2, f"grow {setup} {moment}")
    for step in chosen:
        assert killed(lab, make, step, moment)
        recovered(lab)
        now = lab.sandbox("trial")
        assert not now.interrupted
        assert lab.gauge("trial").state is State.OK
        assert_sizes_agree(now.status.total, now.name)
    assert not killed(lab, make, number, moment)  # it is done
    with open(f"{box.mountpoint}/work") as file:
        assert file.read() == "somebody's work"
    for sandbox in lab.sandboxes():
        lab.remove(sandbox.name)


def assert_sizes_agree(total: int | None, name: str) -> None:
    """The tmpfs has to be able to hold all that the loop device promises."""
    store = f"/run/sandbox-tui/{name}/store"
    if os.path.exists(f"{store}/cow"):
        room = os.statvfs(store)
        assert room.f_blocks * room.f_frsize == os.stat(f"{store}/cow").st_size == total
