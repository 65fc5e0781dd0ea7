"""How a plan is run, and taken back, with plans made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tui.backend import execute
from tui.backend.command import command
from tui.backend.errors import CommandFailed, NoAnswer, PlanFailed
from tui.backend.plan import Plan, Step
from tui.backend.practice import PracticeHost

if TYPE_CHECKING:
    from collections.abc import Sequence


class Machine(PracticeHost):
    """Its programs only say what they are called with: `fail` fails, `hang` gives no answer."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    def run(self, argv: Sequence[str], **_more: Any) -> str:
        """A program."""
        self.ran.append(" ".join(argv))
        if argv[0] == "fail":
            raise CommandFailed("it failed", "")
        if argv[0] == "hang":
            raise NoAnswer("it gives no answer", "", left=None)
        return argv[-1]


def step(name: str, *, undo: bool = True, **more: Any) -> Step:
    """A step that is taken back by `back NAME`."""
    return Step(name, command(*name.split()), command("back", name) if undo else None, **more)


def failed(machine: Machine, *steps: Step, commit: int | None = None, **more: Any) -> PlanFailed:
    """How a plan of these fails."""
    with pytest.raises(PlanFailed) as failure:
        execute.run(Plan("create", "trial", steps, commit=commit), machine, **more)
    return failure.value


def test_what_was_done_is_taken_back_last_first() -> None:
    machine = Machine()
    failure = failed(machine, step("a"), step("b", undo=False), step("c"), step("fail"), step("never"))
    assert machine.ran == ["a", "b", "c", "fail", "back c", "back a"]
    assert failure.undone
    assert "“fail” failed: it failed" in failure.message


@pytest.mark.parametrize(
    ("name", "partial", "back"), [("fail", False, 0), ("fail", True, 1), ("hang", False, 1)]
)
def test_what_failed_is_taken_back_where_it_can_have_done_something(
    name: str, partial: bool, back: int
) -> None:
    machine = Machine()
    failed(machine, step("a"), step(name, partial=partial))
    assert machine.ran == ["a", name, *[f"back {name}"] * back, "back a"]


def test_an_undo_that_fails_keeps_no_other_from_its_turn() -> None:
    machine = Machine()
    failure = failed(machine, step("a"), Step("b", command("b"), command("fail")), step("fail"))
    assert machine.ran == ["a", "b", "fail", "fail", "back a"]
    assert not failure.undone
    assert "Could not take back “b”" in failure.message


def test_past_the_point_of_no_return_others_go_on() -> None:
    """What is of the sandbox that failed is left, what is of none is left too."""
    machine = Machine()
    failure = failed(
        machine,
        step("a"),
        step("fail", of="one"),
        step("b", of="one"),
        step("c", of="two"),
        step("d"),
        step("e", of="two"),
        commit=1,
    )
    assert machine.ran == ["a", "fail", "c", "e"]
    assert not failure.undone


def test_what_is_of_all_and_fails_stops_all() -> None:
    machine = Machine()
    failed(machine, step("fail"), step("b", of="one"), step("c"), commit=0)
    assert machine.ran == ["fail"]


@pytest.mark.parametrize("failing", [1, 2])
def test_the_last_aftermath_counts(failing: int) -> None:
    """Of the steps that have begun: how things are then."""
    steps = [step("a", aftermath="first"), step("b", aftermath="second"), step("c")]
    steps.insert(failing, step("fail"))
    assert failed(Machine(), *steps).hint == ("first" if failing == 1 else "second")


def test_a_group_goes_on_only_where_its_condition_is_met() -> None:
    machine = Machine()
    plan = (
        step("ask no", group="G", condition=True, expect="yes"),
        step("b", group="G"),
        step("ask yes", group="H", condition=True, expect="yes"),
        step("c", group="H"),
    )
    execute.run(Plan("create", "trial", plan), machine)
    assert machine.ran == ["ask no", "ask yes", "c"]


def test_what_is_optional_takes_its_group_along() -> None:
    machine = Machine()
    plan = (step("fail", optional=True, group="G"), step("b", group="G"), step("c"))
    execute.run(Plan("create", "trial", plan), machine)
    assert machine.ran == ["fail", "c"]


@pytest.mark.parametrize(("alone", "back"), [("yes", True), ("no", False)])
def test_what_others_need_by_now_is_not_taken_back(alone: str, back: bool) -> None:
    machine = Machine()
    failed(machine, step("a", undo_if=(command("ask", "yes"), alone)), step("fail"))
    assert ("back a" in machine.ran) == back


def test_a_machine_that_has_changed_ends_the_plan() -> None:
    machine = Machine()
    failure = failed(machine, step("a"), step("ask no", expect="yes"))
    assert machine.ran == ["a", "ask no", "back a"]
    assert "Expected 'yes', found 'no'" in failure.message


@pytest.mark.parametrize("before", range(5))
def test_a_stop_is_heard_up_to_the_point_of_no_return(before: int) -> None:
    """Also right before it; from then on the plan goes to its end."""
    machine = Machine()
    plan = (step("a"), step("b"), step("c"), step("d"))

    def stop() -> bool:
        return len(machine.ran) == before

    if before <= 2:
        assert failed(machine, *plan, commit=2, stop=stop).undone
        assert machine.ran == [*"abcd"[:before], *(f"back {name}" for name in reversed("abcd"[:before]))]
    else:
        execute.run(Plan("create", "trial", plan, commit=2), machine, stop=stop)
        assert machine.ran == [*"abcd"]
