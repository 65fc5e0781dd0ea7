"""The difference between two plans, in a few short lines."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tui.backend import plan_changes
from tui.backend.command import command
from tui.backend.plan import Plan, Step

WORDS = st.lists(st.text("ab/ \n", max_size=120), max_size=5)


def _plan(*words: str) -> Plan:
    return Plan("create", "trial", tuple(Step(f"Step {n}", command("echo", w)) for n, w in enumerate(words)))


def test_equal_plans_have_none() -> None:
    assert plan_changes.lines(_plan("a", "b"), _plan("a", "b")) == ()


def test_what_has_gone_and_what_is_new() -> None:
    assert plan_changes.lines(_plan("a", "b"), _plan("a", "c")) == ("- echo b", "+ echo c")
    assert plan_changes.lines(_plan("a"), _plan("a", "c")) == ("+ # Step 1", "+ echo c")


def test_long_lines_are_cut_around_the_difference() -> None:
    before, after = _plan("x" * 300 + "one" + "y" * 300), _plan("x" * 300 + "two" + "y" * 300)
    gone, come = plan_changes.lines(before, after)
    assert "xone" in gone
    assert "xtwo" in come
    assert max(len(gone), len(come)) <= 80


def test_many_differences_are_counted() -> None:
    before, after = _plan(*"abcdefgh"), _plan(*"ABCDEFGH")
    told = plan_changes.lines(before, after)
    assert len(told) == 7
    assert told[-1] == "  and 10 more lines"


def test_only_another_undo_is_told_too() -> None:
    plan = _plan("a")
    other = replace(plan, steps=(replace(plan.steps[0], undo=command("true")),))
    assert plan_changes.lines(plan, other)


@given(WORDS, WORDS)
def test_lines_are_short_few_and_none_for_equal_plans(one: list[str], two: list[str]) -> None:
    before, after = _plan(*one), _plan(*two)
    told = plan_changes.lines(before, after)
    assert bool(told) == (before != after)
    assert len(told) <= 7
    assert all(len(line) <= 80 and "\n" not in line for line in told)
