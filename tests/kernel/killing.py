"""Running a plan in a process that gets SIGKILL at a chosen step, and what must be true afterwards."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.kernel.lab import Disk, Lab, Tree, sh, state
from tests.patience import until
from tui.backend import inventory, run
from tui.backend.errors import Refused
from tui.backend.execute import Event, Phase
from tui.backend.gauge import State
from tui.backend.plan import Plan
from tui.backend.sandboxes import perform

Planner = Callable[[inventory.Inventory], Plan]
Cell = tuple[int, str]
"""A step's number, and the moment at which all is killed."""

BEFORE = "before its program is started"
ALONE = "while its program runs, which goes on"
BOTH = "while its program runs, which is killed too"
AFTER = "after it"
MOMENTS = (ALONE, BOTH, AFTER)
"""Those of every step: before it is after the one before it."""

SETUPS: dict[str, dict[str, Any]] = {
    "image on tmpfs": {"size": "4M", "store": "tmpfs"},
    "image on segments": {"size": "4M", "store": "ram"},
    "device on RAM disk": {"size": "4M", "store": "ramdisk"},
    "classic": {"size": "4M", "classic": True},
    "overlay of a device": {"size": "4M", "engine": "overlay"},
    "overlay of an image": {"size": "4M", "engine": "overlay"},
    "overlay of a directory": {"size": "4M"},
}
OVERLAYS = list(SETUPS)[4:]
HERE = OVERLAYS[1:]
"""Those that this machine's kernel is tried with, too."""


def setups(*names: str) -> list[Any]:
    """Setups as parameters, each with the marks that say where it runs."""
    return [pytest.param(name, marks=_marks(name)) for name in names or SETUPS]


def _marks(setup: str) -> list[pytest.MarkDecorator]:
    udev = [] if setup == "image on tmpfs" else [pytest.mark.only_no_udev]
    quick = [pytest.mark.null_blk] if SETUPS[setup].get("store") == "ram" else []
    return [*udev, *quick, *([pytest.mark.layers] if setup in HERE else [])]


def killed(lab: Lab, make: Planner, cell: Cell) -> None:
    """Perform in a child that gets SIGKILL at that moment."""
    child = os.fork()
    if child == 0:
        _perform_and_die(lab, make, *cell)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"it came to its end before {cell}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def _perform_and_die(lab: Lab, make: Planner, step: int, moment: str) -> NoReturn:
    def listener(event: Event) -> None:
        if event.index != step:
            return
        if (event.phase, moment) in ((Phase.STARTED, BEFORE), (Phase.DONE, AFTER)):
            os.kill(os.getpid(), signal.SIGKILL)
        if event.phase is Phase.STARTED:
            run._start = _start_and_die(run._start, moment)

    try:
        perform.perform(lab.host, make, listener=listener)
    finally:
        os._exit(0)


def _start_and_die(start: Callable[..., Any], moment: str) -> Callable[..., Any]:
    def started(*arguments: Any) -> Any:
        process = start(*arguments)
        if moment == BOTH:
            os.killpg(process.pid, signal.SIGKILL)
        if moment != AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        return process

    return started


def recovered(lab: Lab) -> Plan:
    """Recover as soon as the lock is free."""
    plans: list[Plan] = []

    def free() -> bool:
        if any(found.running for found in lab.sandboxes()):
            return False  # a program that was left behind has the sandbox's lock
        try:
            plans.append(lab.recover())
        except Refused as refusal:
            # a program that only reads keeps nobody from the lock, and is in the way while it does
            if not re.search(r"nother sandbox-tui|\((sha256sum|find|sort), of root\)", refusal.message):
                raise
            return False
        return True

    until(free, "the lock")
    return plans[-1]


def settled() -> dict[str, object]:
    """The machine, when udev has done all that it had to."""
    if os.path.exists("/run/udev/control"):
        run.run(["udevadm", "settle"])
    return state()


class Bystander:
    """Another sandbox with somebody's work in it, which nobody may touch."""

    def __init__(self, lab: Lab, setup: str) -> None:
        origin = lab.tree("other") if setup in OVERLAYS else lab.disk("ext4-1k", name="other.img")
        self.lab, self.origin = lab, origin
        self.point = str(lab.create(origin.origin, name="bystander", size="2M").mountpoint)
        Path(self.point, "work").write_text("somebody's work")
        sh("sync", "--file-system", self.point)
        self.facts = self.now()

    def now(self) -> object:
        """Table, mounts, files, record."""
        box = self.lab.sandbox("bystander")
        table = sh("dmsetup", "table", "bystander") if box.map else ""
        files = sorted(os.listdir(self.point)), Path(self.point, "work").read_text()
        places = [(m.id, m.mountpoint, m.options) for m in (*box.mounts, *box.inner)]
        return (
            table,
            files,
            places,
            box.record,
            sorted(box.entries),
            box.busy,
            self.lab.gauge("bystander").state,
        )

    def check(self) -> None:
        """It is as it was."""
        assert self.now() == self.facts


class Trial:
    """An origin to try things on; beside it, but for the first setup, a bystander.

    Alone, a sandbox brings and takes the udev rule with it; once is enough to try that.
    """

    def __init__(self, lab: Lab, setup: str) -> None:
        self.lab, self.setup = lab, setup
        self.bystander = None if setup == "image on tmpfs" else Bystander(lab, setup)
        self.disk = self._origin()
        self.digest, self.before = self.disk.digest(), settled()

    def _origin(self) -> Disk | Tree:
        if self.setup.endswith("directory"):
            return self.lab.tree()
        return self.lab.disk(attach="image" not in self.setup)

    def create(self) -> None:
        """Make the sandbox."""
        self.lab.create(self.disk.origin, name="trial", **SETUPS[self.setup])

    def creation(self) -> Planner:
        """The planner that makes it."""
        return self.lab.creation(self.lab.request(self.disk.origin, name="trial", **SETUPS[self.setup]))

    def exists(self) -> bool:
        """Whether there is anything of it."""
        return any(found.name == "trial" for found in self.lab.sandboxes())

    def gone(self, cell: Cell) -> None:
        """Nothing is left of it, and nothing else was touched."""
        assert settled() == self.before, cell
        self.untouched()

    def untouched(self) -> None:
        """The origin and the bystander are as they were."""
        assert self.disk.digest() == self.digest
        if self.bystander is not None:
            self.bystander.check()

    def whole(self, cell: Cell) -> None:
        """It can be worked with."""
        found = self.lab.sandbox("trial")
        assert not found.interrupted, cell
        assert self.lab.gauge("trial").state is State.OK, cell
        self.untouched()

    def end(self) -> None:
        """Take all away."""
        for sandbox in self.lab.sandboxes():
            self.lab.remove(sandbox.name)
        assert self.disk.digest() == self.digest
