"""kill -9 before, during and after every step of every plan, then recover: the machine is as before.

All cells with SANDBOX_TUI_SOAK=1, else a tenth (tests/soak.py).
"""

import os
from itertools import product
from pathlib import Path

import pytest

from tests import soak
from tests.kernel.killing import (
    BEFORE,
    MOMENTS,
    Cell,
    Planner,
    Trial,
    killed,
    recovered,
    settled,
    setups,
)
from tests.kernel.lab import Lab
from tui.backend import inventory
from tui.backend.plan import Plan
from tui.backend.sandboxes import grow, mounts, recover, remove


def cells(lab: Lab, plan: Plan, of: str) -> list[Cell]:
    """The cells of a plan that are to be run now: not of what goes with the last sandbox, where there is
    another one.
    """
    last = not any(found.name == "bystander" for found in lab.sandboxes())
    steps = [n for n, step in enumerate(plan.steps) if last or step.condition or step.group != "LAST"]
    found = [(0, BEFORE), *product(steps, MOMENTS)]
    return soak.share(found, -(-len(found) // 10), f"kill {of}")  # seconds each


def plan_of(lab: Lab, make: Planner) -> Plan:
    """The plan of now."""
    return make(inventory.read(lab.host))


@pytest.mark.parametrize("setup", setups())
def test_create(lab: Lab, setup: str) -> None:
    trial = Trial(lab, setup)
    make = trial.creation()
    plan = plan_of(lab, make)
    assert len(plan.steps) >= 12
    for cell in cells(lab, plan, f"create {setup}"):
        killed(lab, make, cell)
        recovered(lab)
        if cell[0] >= len(plan.steps) - 2 and trial.exists():
            trial.whole(cell)  # nobody was there to see that it was done
            lab.remove("trial")
        trial.gone(cell)
    trial.end()


def test_create_before_its_last_step(lab: Lab) -> None:
    """One cell of the test above, for other releases of Debian: all of them take minutes in emulation."""
    trial = Trial(lab, "image on tmpfs")
    make = trial.creation()
    cell = ([step.title for step in plan_of(lab, make).steps].index("Note that all is done"), BEFORE)
    killed(lab, make, cell)
    assert settled() != trial.before
    recovered(lab)
    trial.gone(cell)


@pytest.mark.parametrize("setup", setups())
def test_remove(lab: Lab, setup: str) -> None:
    trial = Trial(lab, setup)
    make: Planner = lambda found: remove.prepare(lab.host, found, ("trial",)).plan  # noqa: E731
    trial.create()
    for cell in cells(lab, plan_of(lab, make), f"remove {setup}"):
        if not trial.exists():
            trial.create()
        killed(lab, make, cell)
        recovered(lab)
        if trial.exists():
            assert cell[0] == 0, cell
            trial.whole(cell)
        else:
            trial.gone(cell)
    trial.end()


GROWING = (
    "image on tmpfs",
    "image on segments",
    "device on RAM disk",
    "overlay of an image",
    "overlay of a directory",
)


@pytest.mark.parametrize("setup", setups(*GROWING))
def test_grow(lab: Lab, setup: str) -> None:
    trial = Trial(lab, setup)
    trial.create()
    work = Path(str(lab.sandbox("trial").mountpoint), "work")
    work.write_text("somebody's work")
    make: Planner = lambda found: grow.prepare(lab.host, found, "trial", "+1M").plan  # noqa: E731
    for number, cell in enumerate(cells(lab, plan_of(lab, make), f"grow {setup}")):
        if number % 4 == 3:  # a RAM disk has room for so many growths
            lab.remove("trial")
            trial.create()
            work.write_text("somebody's work")
        killed(lab, make, cell)
        recovered(lab)
        trial.whole(cell)
        assert_sizes_agree(lab)
        assert work.read_text() == "somebody's work"
    trial.end()


def assert_sizes_agree(lab: Lab) -> None:
    """The tmpfs has to be able to hold all that the loop device promises."""
    store = "/run/sandbox-tui/trial/store"
    if os.path.exists(f"{store}/cow"):
        room = os.statvfs(store)
        total = lab.sandbox("trial").status.total
        assert room.f_blocks * room.f_frsize == os.stat(f"{store}/cow").st_size == total


@pytest.mark.parametrize("setup", setups("device on RAM disk", "overlay of a directory"))
@pytest.mark.parametrize("verb", ["mount", "unmount"])
def test_mount_and_unmount(lab: Lab, setup: str, verb: str) -> None:
    trial = Trial(lab, setup)
    trial.create()
    Path(str(lab.sandbox("trial").mountpoint), "work").write_text("somebody's work")

    def make(found: inventory.Inventory) -> Plan:
        if verb == "mount":
            return mounts.prepare_mount(lab.host, found, "trial", None)
        return mounts.prepare_unmount(lab.host, found, "trial")

    _turn(lab, mounted=verb == "unmount")
    for cell in cells(lab, plan_of(lab, make), f"{verb} {setup}"):
        _turn(lab, mounted=verb == "unmount")
        killed(lab, make, cell)
        recovered(lab)
        trial.whole(cell)
        _turn(lab, mounted=True)
        assert Path(str(lab.sandbox("trial").mountpoint), "work").read_text() == "somebody's work"
    trial.end()


def _turn(lab: Lab, *, mounted: bool) -> None:
    if bool(lab.sandbox("trial").mounts) != mounted:
        lab.mount("trial") if mounted else lab.unmount("trial")


@pytest.mark.only_no_udev
def test_remove_all(lab: Lab) -> None:
    """Sandboxes of both engines in one plan: what is left of it is cleared, each by itself."""
    disk, tree = lab.disk(), lab.tree()
    digest, before = (disk.digest(), tree.digest()), settled()
    names = ("trial", "second", "third")

    def fill() -> None:
        there = {found.name for found in lab.sandboxes()}
        for name, origin in zip(names, (disk.origin, tree.origin, tree.origin), strict=True):
            if name not in there:
                lab.create(origin, name=name, size="4M")

    fill()
    make: Planner = lambda found: remove.prepare(lab.host, found, names).plan  # noqa: E731
    chosen = cells(lab, plan_of(lab, make), "remove all")
    for number, cell in enumerate(chosen, 1):
        fill()
        killed(lab, make, cell)
        recovered(lab)
        assert not any(found.interrupted for found in lab.sandboxes()), cell
        if number % 4 and number < len(chosen):  # those that live are the next one's
            continue
        for found in lab.sandboxes():
            lab.remove(found.name)
        assert settled() == before, cell
        assert (disk.digest(), tree.digest()) == digest


@pytest.mark.parametrize("setup", setups())
def test_recover(lab: Lab, setup: str) -> None:
    """It is killed itself, and recovers from that, too."""
    trial = Trial(lab, setup)
    creation = trial.creation()
    last = [step.title for step in plan_of(lab, creation).steps].index("Note that all is done")
    make: Planner = lambda found: recover.prepare(lab.host, found)  # noqa: E731
    killed(lab, creation, (last, BEFORE))
    assert len(plan_of(lab, make).steps) >= 8
    for cell in cells(lab, plan_of(lab, make), f"recover {setup}"):
        if not trial.exists():
            killed(lab, creation, (last, BEFORE))
        killed(lab, make, cell)
        recovered(lab)
        trial.gone(cell)
    recovered(lab)
    trial.end()
