"""The demo's practice disk on the practice host, whole, failed and killed."""

from functools import partial

import pytest

from tests.unit.practice_verbs import clear, discard, killed, look, make, same
from tui.backend import demo
from tui.backend.errors import PlanFailed
from tui.backend.plan import Plan
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import perform

STEPS = demo.prepare_make(PracticeHost()).steps


def build(host: PracticeHost) -> Plan:
    return perform.perform(host, lambda _found: demo.prepare_make(host))


def tear_down(host: PracticeHost) -> Plan:
    return perform.perform(host, lambda found: demo.prepare_clear(host, found))


def _readings(verb: str) -> int:
    """Commands that are run to read the machine before the plan's first step."""
    host = PracticeHost()
    plan = build(host)
    if verb == "clear":
        host.calls.clear()
        plan = tear_down(host)
    return len(host.calls) - len(plan.steps)


def test_round() -> None:
    host = PracticeHost()
    before = host.snapshot()
    build(host)
    disk = demo.disk(look(host))
    assert disk is not None
    assert disk.read_only
    make(host, origin=disk.path, size="8M")
    make(host, origin="/dev/sdb1", name="another")
    tear_down(host)
    assert [sandbox.name for sandbox in look(host).sandboxes] == ["another"]
    discard(host, "another")
    same(host, before)


@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.title for step in STEPS])
def test_fails(number: int) -> None:
    host = PracticeHost()
    before = host.snapshot()
    host.fail_at(_readings("make") + number, partial=STEPS[number].partial)
    with pytest.raises(PlanFailed) as failure:
        build(host)
    assert failure.value.undone
    same(host, before)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.title for step in STEPS])
def test_killed(number: int, half: bool) -> None:
    host = PracticeHost()
    before = host.snapshot()
    host.kill_at(_readings("make") + number, partial=half)
    assert killed(partial(build, host))
    host.world.pid += 1  # the next program is another process
    clear(host)
    same(host, before)


def test_killed_while_clearing() -> None:
    for number in range(30):
        host = PracticeHost()
        before = host.snapshot()
        build(host)
        disk = demo.disk(look(host))
        assert disk is not None
        make(host, origin=disk.path, size="8M")
        host.kill_at(_readings("clear") + number)
        if not killed(partial(tear_down, host)):
            assert number > 10
            return
        host.world.pid += 1
        clear(host)
        same(host, before)
