"""A few choices, each with its reason."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.backend import text
from tui.widgets.line import Line, Span, fit, right
from tui.widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: `value` is what it stands for, `figure` a number beside it, `reason` why
    people take it; `possible` False greys it out, the reason then says why. `size` are the bytes
    that `figure` stands for, where it is a size: those of the first reading that was shown so.
    """

    value: str
    title: str
    figure: str
    reason: str
    possible: bool = True
    size: int | None = field(default=None, compare=False)


class ChoiceRows(Rows[Choice]):
    """One line a choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "choose", "Take it", key_display="Enter", tooltip="Take the choice under the cursor."
        )
    ]

    def name_of(self, item: Choice) -> Hashable:
        """What it stands for."""
        return item.value

    def draw(self, item: Choice, width: int) -> tuple[Line, ...]:
        """One choice."""
        titles = max(text.width(choice.title) for choice in self.items)
        figures = max(text.width(choice.figure) for choice in self.items)
        figure = f" {right(item.figure, figures)}" if figures else ""
        front = f" {fit(item.title, titles)}{figure}  "
        reason = fit(item.reason, max(width - text.width(front), 4))
        return ((Span(front, "strong" if item.possible else "muted"), Span(reason, "muted")),)
