"""A few choices, each with its reason."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.widgets.line import Line, Span, fit, right
from tui.widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: `value` is what it stands for, `figure` a number beside it, `reason` why
    people take it; `possible` False greys it out, the reason then says why.
    """

    value: str
    title: str
    figure: str
    reason: str
    possible: bool = True


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
        title, figure = (
            fit(item.title, 19 if self.figures else 24),
            right(item.figure, 10) if self.figures else "",
        )
        front = f" {title} {figure}  "
        tone = "" if item.possible else "muted"
        reason = fit(item.reason, max(width - len(front), 4))
        return ((Span(front, "strong" if item.possible else "muted"), Span(reason, tone or "muted")),)

    @property
    def figures(self) -> bool:
        """Whether any choice has a number."""
        return any(choice.figure for choice in self.items)
