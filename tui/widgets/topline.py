"""The first line of every screen: whose machine this is, and its memory."""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from tui.backend import text
from tui.backend.host import Memory
from tui.backend.present import numbers

PRACTICE = "PRACTICE: nothing here is real"
READ_ONLY = "LOOKING ONLY: not root"


class TopLine(Widget):
    """Program, mark and memory; painted only when one of them changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"topline--name", "topline--mark", "topline--place"}

    def __init__(self, place: str = "") -> None:
        super().__init__()
        self.place, self.mark, self.memory = place, "", ""

    def put(self, *, mark: str, memory: Memory | None) -> None:
        """Show what was read."""
        free = numbers.memory(memory) if memory is not None else ""
        if (mark, free) != (self.mark, self.memory):
            self.mark, self.memory = mark, free
            self.refresh()

    def go(self, place: str) -> None:
        """Say where in the program people are."""
        if place != self.place:
            self.place = place
            self.refresh()

    def render(self) -> Text:
        """The line, the memory at its right end."""
        line = Text(no_wrap=True, overflow="crop", end="")
        line.append(" sandbox-tui ", self._look("name"))
        if self.place:
            room = self.size.width - line.cell_len - len(self.memory) - len(self.mark.split(":")[0]) - 7
            line.append(f" {text.clean(self.place, max(room, 16))} ", self._look("place"))
        if self.mark:
            room = self.size.width - line.cell_len - len(self.memory) - 6
            mark = self.mark if len(self.mark) <= room else self.mark.split(":")[0]
            line.append(" ")
            line.append(f" {mark} ", self._look("mark"))
        line.append(f"{self.memory} ".rjust(max(self.size.width - line.cell_len, 0)))
        return line

    def _look(self, part: str) -> Style:
        return self.get_component_rich_style(f"topline--{part}", partial=True)
