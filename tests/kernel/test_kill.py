"""kill -9 at every step of create, grow and remove, then recover: the machine is as before."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from typing import NoReturn

import pytest

from tests.kernel.lab import Lab, state
from tui.backend import inventory, run
from tui.backend.errors import Refused
from tui.backend.execute import Event, Phase
from tui.backend.gauge import State
from tui.backend.plan import Plan
from tui.backend.sandboxes import grow, perform, remove

Planner = Callable[[inventory.Inventory], Plan]

SETUPS = {
    "device on tmpfs": {"attach": True, "size": "4M"},
    "image on tmpfs": {"attach": False, "size": "4M"},
    "device on RAM disk": {"attach": True, "size": "4M", "store": "ramdisk"},
    "classic": {"attach": True, "size": "4M", "classic": True},
}
MOMENTS = ["before the program", "while the program runs"]


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
    argv: list[str], data: bytes, output: str | None, timeout: float | None, keep: tuple[int, ...]
) -> NoReturn:
    """As run does it, but nobody is there any more when the program ends."""
    del timeout
    stdout = open(output, "wb") if output else subprocess.DEVNULL
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
    for _attempt in range(600):
        try:
            lab.recover()
        except Refused as refusal:
            assert "Another sandbox-tui" in refusal.message, refusal
            time.sleep(0.05)
        else:
            return
    pytest.fail("The lock was never free.")


def settled() -> dict[str, object]:
    if os.path.exists("/run/udev/control"):
        run.run(["udevadm", "settle"])
    return state()


def options(setup: str) -> dict[str, object]:
    return {key: value for key, value in SETUPS[setup].items() if key != "attach"}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("setup", SETUPS)
def test_create(lab: Lab, setup: str, moment: str) -> None:
    disk = lab.disk(attach=bool(SETUPS[setup]["attach"]))
    digest, before = disk.digest(), settled()
    make = lab.creation(lab.request(disk.origin, name="trial", **options(setup)))
    step = 0
    while killed(lab, make, step, moment):
        recovered(lab)
        assert settled() == before, f"killed at step {step}"
        step += 1
    assert step > 12
    lab.remove("trial")
    assert disk.digest() == digest


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("setup", SETUPS)
def test_remove(lab: Lab, setup: str, moment: str) -> None:
    disk = lab.disk(attach=bool(SETUPS[setup]["attach"]))
    digest, before = disk.digest(), settled()
    make: Planner = lambda reading: remove.prepare(lab.host, reading, ("trial",))  # noqa: E731
    step = 0
    lab.create(disk.origin, name="trial", **options(setup))
    while killed(lab, make, step, moment):
        recovered(lab)
        if not lab.sandboxes():
            assert settled() == before, f"killed at step {step}"
            lab.create(disk.origin, name="trial", **options(setup))
        step += 1
    assert step > 8
    assert settled() == before
    assert disk.digest() == digest


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("setup", ["device on tmpfs", "device on RAM disk"])
def test_grow(lab: Lab, setup: str, moment: str) -> None:
    disk = lab.disk("vfat")
    make: Planner = lambda reading: grow.prepare(lab.host, reading, "trial", "+1M")  # noqa: E731
    box = lab.create(disk.origin, name="trial", **options(setup))
    with open(f"{box.mountpoint}/work", "w") as file:
        file.write("somebody's work")
    step = 0
    while killed(lab, make, step, moment):
        recovered(lab)
        now = lab.sandbox("trial")
        assert not now.interrupted
        assert lab.gauge("trial").state is State.OK
        assert_sizes_agree(now.status.total, now.name)
        step += 1
    assert step > 3
    with open(f"{box.mountpoint}/work") as file:
        assert file.read() == "somebody's work"
    lab.remove("trial")


def assert_sizes_agree(total: int | None, name: str) -> None:
    """The tmpfs has to be able to hold all that the loop device promises."""
    store = f"/run/sandbox-tui/{name}/store"
    if os.path.exists(store):
        room = os.statvfs(store)
        assert room.f_blocks * room.f_frsize == os.stat(f"{store}/cow").st_size == total
