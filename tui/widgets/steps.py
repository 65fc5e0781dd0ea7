"""The steps of a running plan, ticking off."""

from collections.abc import Hashable
from dataclasses import dataclass

from tui.backend.execute import Phase
from tui.widgets.bar import bar
from tui.widgets.line import Line, Span, fit
from tui.widgets.rows import Rows

_MARKS = {
    None: ("·", "", "muted"),
    Phase.STARTED: ("►", "running", "accent"),
    Phase.PROGRESS: ("►", "running", "accent"),
    Phase.DONE: ("√", "done", "good"),
    Phase.FAILED: ("x", "failed", "bad"),
    Phase.UNDOING: ("←", "taking back", "warn"),
    Phase.UNDONE: ("←", "taken back", "warn"),
    Phase.UNDO_FAILED: ("x", "could not be taken back", "bad"),
}

_BAR = 20
"""Cells of the bar of a running step."""


@dataclass(frozen=True, slots=True)
class StepItem:
    """One step: its number, what it does, the command, and what happened to it so far; `percent` is how
    much of a long one is done.
    """

    number: int
    title: str
    command: str
    phase: Phase | None = None
    percent: int | None = None


class StepRows(Rows[StepItem]):
    """One line a step: a mark, what it does, and a word."""

    HELP = "The steps of the plan. If one fails, those before it are taken back, last first."

    def name_of(self, item: StepItem) -> Hashable:
        """Its number."""
        return item.number

    def draw(self, item: StepItem, width: int) -> tuple[Line, ...]:
        """One step."""
        mark, word, tone = _MARKS[item.phase]
        shown = f" {word} " if item.percent is None else f" {_far(item.percent)} "
        title = fit(item.title, width - len(shown) - 4)
        plain = "muted" if item.phase is None else ""
        return ((Span(f" {mark}  ", tone), Span(title, plain), Span(shown, tone)),)


def _far(percent: int) -> str:
    """How far it is: a bar and a number."""
    return f"{''.join(bar(percent / 100, _BAR))} {percent:3}%"
