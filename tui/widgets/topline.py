"""The first line of every screen: whose machine this is, its memory, and which sandbox is nearly full."""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from tui.backend import text
from tui.backend.host import Memory
from tui.backend.present import numbers

PRACTICE = "PRACTICE: nothing here is real"
READ_ONLY = "LOOKING ONLY: not root"
_LEAST_PLACE = 5
"""Columns that the place has at least."""
_ROOM_FOR_BOTH = 120
"""Columns from which on the alarm does not take the memory's place."""


class TopLine(Widget):
    """Program, mark, alarm and memory; painted only when one of them changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "topline--name",
        "topline--mark",
        "topline--place",
        "topline--alarm",
    }

    def __init__(self, place: str = "") -> None:
        super().__init__()
        self.place, self.mark, self.memory, self.alarm = place, "", "", ""

    def put(self, *, mark: str, memory: Memory | None, alarm: str = "") -> None:
        """Show what was read."""
        read = mark, numbers.memory(memory) if memory is not None else "", alarm
        if read != (self.mark, self.memory, self.alarm):
            self.mark, self.memory, self.alarm = read
            self.refresh()

    def go(self, place: str) -> None:
        """Say where in the program people are."""
        if place != self.place:
            self.place = place
            self.refresh()

    def render(self) -> Text:
        """The line; at its right end the memory, or the alarm where there is no room for both."""
        right = self._right()
        line = Text(no_wrap=True, overflow="crop", end="")
        line.append(" sandbox-tui ", self._look("name"))
        if self.place:
            room = self.size.width - line.cell_len - right.cell_len - len(self.mark.split(":")[0]) - 7
            line.append(f" {text.clean(self.place, max(room, _LEAST_PLACE))} ", self._look("place"))
        if self.mark:
            room = self.size.width - line.cell_len - right.cell_len - 6
            mark = self.mark if len(self.mark) <= room else self.mark.split(":")[0]
            line.append(" ")
            line.append(f" {mark} ", self._look("mark"))
        line.append(" " * (self.size.width - line.cell_len - right.cell_len))
        return line.append_text(right)

    def _right(self) -> Text:
        right = Text()
        if self.alarm:
            right.append(f" {self.alarm} ", self._look("alarm"))
            right.append(" ")
        if not self.alarm or self.size.width >= _ROOM_FOR_BOTH:
            right.append(f"{self.memory} ")
        return right

    def _look(self, part: str) -> Style:
        return self.get_component_rich_style(f"topline--{part}", partial=True)
