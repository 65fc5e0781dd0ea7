"""Help: about the thing in focus, then every key."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from tui.screens.commands import COMMANDS, GLOBAL, Command
from tui.screens.face import FaceScreen
from tui.widgets.topline import TopLine

_MOVING = (
    ("↑ ↓ PgUp PgDn", "Move the cursor; j and k do too."),
    ("Home End", "To the first or the last line."),
    ("Tab, Shift+Tab", "To the next list or field, or back."),
    ("Enter", "Take what is under the cursor, or go on."),
    ("Esc", "Back; nothing is changed."),
    ("Mouse", "A click moves the cursor, a double click takes; keys below can be clicked."),
)


class HelpScreen(ModalScreen[None], FaceScreen[None]):
    """Closed by any of the keys that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,question_mark,f1,q,enter",
            "dismiss",
            "Close",
            key_display="Esc",
            tooltip="Close the help.",
        )
    ]

    def __init__(self, topics: tuple[str, ...], keys: dict[str, str]) -> None:
        super().__init__()
        self.topics, self.keys = topics, keys

    def compose(self) -> ComposeResult:
        """One text to scroll."""
        yield TopLine()
        with VerticalScroll(classes="dialog -help") as box:
            box.border_title = "Help"
            yield Static(self._text(), markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """What is above stays in sight."""
        self.top_line()

    def _text(self) -> Text:
        text = Text("\n\n".join(self.topics))
        text.append("\n\nKeys\n", "bold")
        for key, meaning in _MOVING:
            text.append(f"  {key:<15} {meaning}\n")
        text.append("\nCommands\n", "bold")
        for command in (*COMMANDS, *GLOBAL):
            text.append_text(self._command(command))
        text.append(
            '\nKeys can be changed in ~/.config/sandbox-tui/keys.toml, with lines like: remove = "d"\n'
        )
        text.append("The names are: " + ", ".join(command.id for command in (*COMMANDS, *GLOBAL)) + ".")
        return text

    def _command(self, command: Command) -> Text:
        shown = self.keys.get(command.id, command.key_shown)
        text = Text(f"  {shown:<15} ").append(command.title, "bold").append(f": {command.help}\n")
        if command.twin:
            text.append(f"{'':18}as a command: {command.twin}\n")
        return text
