"""Dialogs: something failed, or something is to be confirmed."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer

from tui.backend.errors import SandboxError
from tui.screens.face import FaceScreen
from tui.screens.stacked import Result
from tui.widgets.lines import Note
from tui.widgets.topline import TopLine


class _Dialog(ModalScreen[Result], FaceScreen[Result]):
    """A box below the top line, which stays in sight."""

    def on_mount(self) -> None:
        """What is known now."""
        self.top_line()


class ErrorDialog(_Dialog[None]):
    """What failed and why, and what to do next."""

    HELP = "Something did not work. The first lines say what and why, the last what to do."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,space,q", "dismiss", "Close", key_display="Enter", tooltip="Close this.")
    ]

    def __init__(self, error: SandboxError) -> None:
        super().__init__()
        self.error = error

    def compose(self) -> ComposeResult:
        """The error in a box."""
        yield TopLine()
        with VerticalScroll(classes="dialog -error") as box:
            box.border_title = "That did not work"
            yield Note(self.error.message, id="what")
            yield Note(self.error.hint, id="hint")
        yield Footer(show_command_palette=False)


class Confirm(_Dialog[bool]):
    """A question; only y says yes."""

    HELP = "A question before something that cannot be taken back. y does it, everything else does not."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", tooltip="Do it."),
        Binding("n,escape,q", "answer(False)", "No", key_display="n", tooltip="Leave it."),
    ]

    def __init__(self, title: str, question: str) -> None:
        super().__init__()
        self.heading, self.question = title, question

    def compose(self) -> ComposeResult:
        """The question in a box."""
        yield TopLine()
        with VerticalScroll(classes="dialog -question") as box:
            box.border_title = self.heading
            yield Note(self.question, id="what")
            yield Note("y: yes   n: no", id="hint")
        yield Footer(show_command_palette=False)

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)
