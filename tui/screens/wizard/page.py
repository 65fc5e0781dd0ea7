"""What the pages of the wizard have in common."""

from typing import ClassVar

from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from tui.backend.errors import SandboxError
from tui.screens.reading import Reading
from tui.widgets.lines import Note


class Page(Vertical):
    """One page. It says `Next` when its question is answered."""

    ID: ClassVar[str] = ""
    """Its id on the screen."""
    HELP: ClassVar[str | None] = None

    class Next(Message):
        """The answer is in `value`; what it is, the page knows."""

        def __init__(self, page: "Page", value: str) -> None:
            super().__init__()
            self.page, self.value = page, value

        @property
        def control(self) -> "Page":
            """The page."""
            return self.page

    def enter(self, reading: Reading) -> None:
        """The page is shown: fill it and take the focus."""

    def follow(self, reading: Reading) -> None:
        """The machine was read again."""

    def submit(self) -> None:
        """Enter was pressed where nothing else took it."""

    def complain(self, error: SandboxError) -> None:
        """Say on the page itself what is wrong."""
        self.say(str(error))

    def focus_field_or(self, field: str, rows: Widget) -> None:
        """The field, by its selector, where something was typed into it, else the rows."""
        typed = self.query_one(field, Input)
        (typed if typed.value else rows).focus()

    def say(self, text: str) -> None:
        """A sentence at the bottom of the page, empty for none."""
        self.query_one(".problem", Note).put(text)
