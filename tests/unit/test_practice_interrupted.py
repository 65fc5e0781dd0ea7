"""A verb that fails or is killed at any step: the machine is as before."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from tests.unit.command_line import CommandLine
from tests.unit.practice_verbs import (
    CASES,
    IMAGE,
    NAME,
    Case,
    clear,
    discard,
    enlarge,
    killed,
    look,
    make,
    same,
    sandbox,
)
from tui.backend.errors import CommandFailed, PlanFailed
from tui.backend.plan import Plan
from tui.backend.practice import Killed, PracticeHost, events
from tui.backend.practice.state import State, differences
from tui.backend.sandboxes import mounts, perform

cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
partitions = pytest.mark.parametrize(
    "case", [case for case in CASES if case.id != "whole disk"], ids=lambda case: case.id
)
growing = pytest.mark.parametrize("case", [case for case in CASES if case.grows], ids=lambda case: case.id)
halves = pytest.mark.parametrize("half", [False, True], ids=["before", "half way"])
"""The step had not yet begun; or it has left half of a file."""


def _first_step(host: PracticeHost, plan: Plan) -> int:
    """How many commands a verb runs before its plan's first (to read the machine)."""
    return max(number for number, call in enumerate(host.calls) if call == plan.steps[0].command.argv)


def _machines(case: Case, *, made: bool) -> Iterator[PracticeHost]:
    """As many equal machines as are asked for."""
    while True:
        host = PracticeHost(case.machine())
        if made:
            make(host, **case.request)
            host.calls.clear()
        yield host


def _plan_of(machines: Iterator[PracticeHost], verb: Callable[[PracticeHost], Plan]) -> tuple[int, Plan]:
    """The number of readings before the plan that a verb will make, and the plan."""
    host = next(machines)
    plan = verb(host)
    return _first_step(host, plan), plan


def _numbers(plan: Plan, *, half: bool) -> list[int]:
    """The steps to try: half done can be only one that writes a file."""
    return [number for number, step in enumerate(plan.steps) if not half or step.partial]


def _made(host: PracticeHost, case: Case) -> Plan:
    return make(host, **case.request)


@cases
@halves
def test_create_fails(case: Case, half: bool) -> None:
    machines = _machines(case, made=False)
    first, plan = _plan_of(machines, partial(_made, case=case))
    for number in _numbers(plan, half=half):
        host = next(machines)
        before = host.snapshot()
        host.fail_at(first + number, partial=half)
        with pytest.raises(PlanFailed) as failure:
            _made(host, case)
        assert failure.value.undone, plan.steps[number].title
        same(host, before)


def _cleared(host: PracticeHost, plan: Plan, number: int) -> None:
    """Recover from a creation that was killed at a step. After the one that says that all is done it is
    whole, and is removed like any other.
    """
    clear(host)
    if number and plan.steps[number - 1].title == "Note that all is done":
        assert not sandbox(host).interrupted
        discard(host)


@cases
@halves
def test_create_killed(case: Case, half: bool) -> None:
    machines = _machines(case, made=False)
    first, plan = _plan_of(machines, partial(_made, case=case))
    for number in _numbers(plan, half=half):
        host = next(machines)
        before = host.snapshot()
        host.kill_at(first + number, partial=half)
        assert killed(partial(_made, host, case))
        _cleared(host, plan, number)
        same(host, before)
        assert look(host).sandboxes == ()


def test_what_runs_is_not_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    """Another program holds the lock and is making it, or growing it."""
    whole, host = PracticeHost(), PracticeHost()
    host.kill_at(_first_step(whole, make(whole, name="trial")) + 6)
    assert killed(partial(make, host, name="trial"))
    cli = CommandLine(host, capsys)
    assert cli("list", "--json").json["sandboxes"][0]["interrupted"] is True
    host.locks.changed = {"other", "trial"}
    shown = cli("list", "--json").json["sandboxes"][0]
    assert (shown["running"], shown["interrupted"], shown["busy"]) == (True, False, "create")
    assert "create is running" in cli("list").out
    assert cli("doctor", "--json").json["leftovers"] == []
    assert look(host).sandbox("trial").running
    host.locks.changed.clear()
    assert not look(host).sandbox("trial").running


@cases
@halves
def test_remove_killed(case: Case, half: bool) -> None:
    machines = _machines(case, made=True)
    first, plan = _plan_of(machines, discard)
    for number in _numbers(plan, half=half):
        host = PracticeHost(case.machine())
        before = host.snapshot()
        make(host, **case.request)
        host.kill_at(first + number, partial=half)
        assert killed(partial(discard, host))
        clear(host)
        if not number:  # nothing had begun: it is whole
            assert not sandbox(host).interrupted
            discard(host)
        same(host, before)


@cases
def test_remove_fails(case: Case) -> None:
    """Before the point of no return it is undone, after it the rest is done and recover ends it."""
    machines = _machines(case, made=True)
    first, plan = _plan_of(machines, discard)
    for number in range(len(plan.steps)):
        host = PracticeHost(case.machine())
        before = host.snapshot()
        make(host, **case.request)
        whole = host.snapshot()
        host.fail_at(first + number)
        if plan.steps[number].optional:
            discard(host)
            same(host, before)
            continue
        with pytest.raises(PlanFailed) as failure:
            discard(host)
        assert plan.commit is not None
        assert failure.value.undone is (number < plan.commit)
        if failure.value.undone:
            _same_sandbox(host, whole)
        else:
            clear(host)
            same(host, before)


def _same_sandbox(host: PracticeHost, before: State) -> None:
    """As before, but for what mounting it again has written into it."""
    left = [
        line for line in differences(before, host.snapshot()) if "store" not in line and "memory" not in line
    ]
    left = [line for line in left if not line.startswith(("map trial", "loop /run", "device ram"))]
    assert left == []
    assert not sandbox(host).interrupted


@growing
@halves
def test_grow_fails(case: Case, half: bool) -> None:
    machines = _machines(case, made=True)
    first, plan = _plan_of(machines, enlarge)
    assert plan.commit is not None
    for number in [number for number in _numbers(plan, half=half) if number < plan.commit]:
        host = next(machines)
        before = host.snapshot()
        host.fail_at(first + number, partial=half)
        with pytest.raises(PlanFailed) as failure:
            enlarge(host)
        assert failure.value.undone
        assert differences(_without_versions(before), _without_versions(host.snapshot())) == []


@growing
@halves
def test_grow_killed(case: Case, half: bool) -> None:
    """Killed while growing: it has the old size or the new one, and what is in it."""
    machines = _machines(case, made=True)
    first, plan = _plan_of(machines, enlarge)
    for number in _numbers(plan, half=half):
        host = next(machines)
        old = host.snapshot()
        used = sandbox(host).status.used
        twin = next(machines)
        enlarge(twin)
        host.kill_at(first + number, partial=half)
        assert killed(partial(enlarge, host))
        clear(host)
        now = _without_versions(host.snapshot())
        assert now in map(_without_versions, (old, twin.snapshot()))
        assert sandbox(host).status.used == used
        assert not sandbox(host).interrupted
        enlarge(host, "+128M")
        discard(host)


FULL = [case for case in CASES if case.grows and not case.id.startswith("overlay")]


def _full(case: Case) -> PracticeHost:
    """A sandbox that is full, with a file in it where it is mounted."""
    host = PracticeHost(case.machine())
    make(host, **case.request)
    if point := sandbox(host).mountpoint:
        host.run(["touch", f"{point}/saved"])
    assert not events.write(host.world, NAME, 300 << 20)
    host.calls.clear()
    return host


def _assert_saved(host: PracticeHost, case: Case) -> None:
    """Full or repaired, its device is there, and so is what was saved."""
    found = sandbox(host)
    assert found.map is not None
    assert not found.interrupted
    if case.request.get("no_mount") or case.id == "whole disk":
        return
    if not found.mounts:
        perform.perform(host, lambda now: mounts.prepare_mount(host, now, NAME, None))
    assert "saved" in host.listdir(str(sandbox(host).mountpoint))


@pytest.mark.parametrize("case", FULL, ids=lambda case: case.id)
@pytest.mark.parametrize("kill", [False, True], ids=["fails", "killed"])
def test_repair_of_a_full_one_goes_wrong(case: Case, kill: bool) -> None:
    host = _full(case)
    plan = enlarge(host)
    first = _first_step(host, plan)
    for number in range(len(plan.steps)):
        host = _full(case)
        where = {mount.mountpoint for mount in sandbox(host).mounts}
        host.calls.clear()
        (host.kill_at if kill else host.fail_at)(first + number)
        with pytest.raises(Killed if kill else PlanFailed):
            enlarge(host)
        if kill or number == len(plan.steps) - 1:
            clear(host)
        else:
            assert {mount.mountpoint for mount in sandbox(host).mounts} == where
        _assert_saved(host, case)
        enlarge(host, "+128M")
        _assert_saved(host, case)
        discard(host)


def _without_versions(found: State) -> State:
    """Of the store file not how often its size was set; its text, its size and what it takes stay."""
    file = "file /run/sandbox-tui/trial/store/cow"
    kept: Any = found.get(file)
    return {**found, file: kept[:-1]} if kept else found


@partitions
def test_killed_while_others_live(case: Case) -> None:
    """Recover touches no sandbox that is whole."""
    first, plan = 0, None
    for number in range(100):
        host = PracticeHost(case.machine())
        make(host, name="other", **case.beside)
        before = host.snapshot()
        host.calls.clear()
        if plan is None:
            plan = make(host, **case.request)
            first = _first_step(host, plan)
            continue
        if number > len(plan.steps):
            break
        host.kill_at(first + number - 1)
        assert killed(partial(_made, host, case))
        _cleared(host, plan, number - 1)
        same(host, before)


def test_killed_with_a_process_inside() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    pid = events.start(host.world, "bash", "works in", "/run/sandbox-tui/trial/mnt")
    events.end(host.world, pid)
    discard(host)
    same(host, before)


TWO = {
    "tmpfs and ramdisk": ({}, {"store": "ramdisk"}),
    "ramdisk and tmpfs": ({"store": "ramdisk"}, {}),
    "ramdisk and image": ({"store": "ramdisk"}, {"origin": IMAGE}),
    "classic and image": ({"classic": True}, {"origin": IMAGE}),
}


def _with_two(requests: tuple[dict[str, object], dict[str, object]]) -> PracticeHost:
    host = PracticeHost()
    make(host, name="one", mount="/mnt/one", **requests[0])
    make(host, name="two", **requests[1])
    host.calls.clear()
    return host


@pytest.mark.parametrize("kill", [False, True], ids=["fails", "killed"])
@pytest.mark.parametrize("requests", TWO.values(), ids=TWO)
def test_remove_of_two(requests: tuple[dict[str, object], dict[str, object]], kill: bool) -> None:
    """The one that goes wrong keeps what tells about it; the other one goes."""
    whole = _with_two(requests)
    discard(whole, "one", "two")
    for number in range(len(whole.calls)):
        host = _with_two(requests)
        (host.kill_at if kill else host.fail_at)(number)
        with suppress(PlanFailed, CommandFailed, Killed):  # where only the fill cannot be read: nothing
            discard(host, "one", "two")
        clear(host)
        for left in look(host).sandboxes:
            discard(host, left.name)
        same(host, PracticeHost().snapshot())
