"""A walk through a few pages, one seen at a time; what comes after the last, a subclass says."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher, Footer

from tui.backend.errors import SandboxError
from tui.screens.face import FaceScreen
from tui.screens.reading import Reading
from tui.screens.wizard.page import Page
from tui.widgets.topline import TopLine


class WalkScreen(FaceScreen[bool]):
    """Pages by their ids, with their titles. True when it came to its end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", key_display="Enter", tooltip="Go on to the next page."),
        Binding("tab", "app.focus_next", "Next field", key_display="Tab", tooltip="Go to the next field."),
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Go back; nothing is changed."),
    ]
    PAGES: ClassVar[tuple[tuple[str, type[Page]], ...]] = ()
    """Title and class of each page; its id is its class's `ID`."""

    def compose(self) -> ComposeResult:
        """All pages, one of them seen."""
        title, first = self.PAGES[0]
        yield TopLine(title)
        with ContentSwitcher(initial=first.ID):
            for _title, page in self.PAGES:
                yield page(id=page.ID)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """The first page."""
        self.top_line()
        self.go(0)
        self.begin()

    def begin(self) -> None:
        """The first page is there."""

    @property
    def page(self) -> Page:
        """The page that is seen."""
        return self.query_one(f"#{self.query_one(ContentSwitcher).current}", Page)

    @property
    def number(self) -> int:
        """Its number from 0."""
        return [page.ID for _title, page in self.PAGES].index(self.page.ID)

    def on_reading(self, reading: Reading) -> None:
        """Devices come and go, memory too."""
        self.top_line()
        self.page.follow(reading)

    def go(self, number: int) -> None:
        """Show a page."""
        title, page = self.PAGES[number]
        self.query_one(ContentSwitcher).current = page.ID
        self.query_one(TopLine).go(title)
        self.page.say("")
        if self.face.reading is not None:
            self.page.enter(self.face.reading)

    def action_back(self) -> None:
        """One page back, or out."""
        if self.number:
            self.go(self.number - 1)
        else:
            self.dismiss(False)

    def action_next(self) -> None:
        """Enter, where the focused field has no use for it."""
        self.page.submit()

    def complain(self, error: SandboxError) -> None:
        """Say on the page what is wrong."""
        self.page.complain(error)
