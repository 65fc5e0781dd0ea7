"""The first screen for people who are not root."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from tui.screens.face import FaceScreen
from tui.widgets.choices import Choice, ChoiceRows
from tui.widgets.lines import Note
from tui.widgets.topline import TopLine

_WAYS = (
    Choice("sudo", "Start again with sudo", "", "asks for your password; then everything works"),
    Choice("look", "Look around", "", "devices and sandboxes, unchanged; Live CDs can be built"),
    Choice("practise", "Practise", "", "a machine that is not real: try everything, no risk"),
)


class StartScreen(FaceScreen[str]):
    """Says what needs root, and offers three ways on."""

    HELP = (
        "Making, growing and removing sandboxes changes devices and mounts, and only root may do that. "
        "Looking at the machine needs no root, but fills of sandboxes are then unknown.\n\n"
        "Practising needs nothing: its machine exists in this program only."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "look", "Look around", key_display="Esc")]

    def compose(self) -> ComposeResult:
        """The reason and the ways."""
        yield TopLine()
        yield Note(
            "You are not root. Making, growing and removing sandboxes needs root,\n"
            "for it makes devices and mounts. How do you want to go on?",
            id="facts",
        )
        yield ChoiceRows(_WAYS, id="ways", classes="frame")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Focus."""
        self.query_one("#ways").border_title = "Ways on"
        self.query_one("#ways").focus()

    def top_line(self) -> None:
        """Nothing is said of the machine before people have chosen."""

    @on(ChoiceRows.Chosen)
    def _chosen(self, message: ChoiceRows.Chosen) -> None:
        self.dismiss(message.item.value)

    def action_look(self) -> None:
        """Without changing anything."""
        self.dismiss("look")
