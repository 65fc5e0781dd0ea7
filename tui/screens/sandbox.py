"""One sandbox: how it fills, what it is made of, who uses it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Footer

from tui.backend.errors import SandboxError
from tui.backend.inventory import blockers
from tui.backend.inventory.blockers import Blocker
from tui.backend.inventory.sandbox import Sandbox
from tui.screens import commands
from tui.screens.actions import SandboxActions
from tui.screens.cards import card
from tui.screens.facts import stack
from tui.screens.reading import Reading
from tui.widgets.blockers import BlockerRows
from tui.widgets.history import HistoryGraph
from tui.widgets.lines import Lines, Note
from tui.widgets.topline import TopLine


class SandboxScreen(SandboxActions[None]):
    """Gauge, stack and users of one sandbox; what can be done is in the footer."""

    HELP = (
        "The graph shows how full the sandbox was over the last minutes, newest at the right. Below it is "
        "what it is made of, from the top down: its mount, the writable device, the store that takes the "
        "changes, and the origin, which is only read. At the bottom is who uses it now."
    )
    BINDINGS: ClassVar[list[BindingType]] = list(commands.bindings("sandbox"))

    def __init__(self, name: str) -> None:
        super().__init__()
        self.sandbox_name = name

    def compose(self) -> ComposeResult:
        """Graph above, stack and users below."""
        yield TopLine(self.sandbox_name)
        yield HistoryGraph(id="history", classes="frame")
        yield Note(id="advice")
        yield Lines(id="stack", classes="frame")
        yield BlockerRows(id="users", classes="frame", empty="Nobody uses it.")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Titles, and the first look."""
        self.query_one("#stack").border_title = "Made of"
        self.query_one("#users").border_title = "Used by"
        self.query_one("#users").focus()
        if self.face.reading is not None:
            self.on_reading(self.face.reading)

    def target(self) -> Sandbox | None:
        """The one that is shown."""
        return self.face.reading.find(self.sandbox_name) if self.face.reading else None

    def on_reading(self, reading: Reading) -> None:
        """Follow it; leave when it is gone."""
        super().on_reading(reading)
        sandbox = reading.find(self.sandbox_name)
        if sandbox is None:
            self.dismiss()
            return
        shown = card(reading, sandbox)
        self.query_one(HistoryGraph).put(shown, reading.history(sandbox.name).fills)
        self.query_one("#advice", Note).put(shown.gauge.advice)
        self.query_one("#stack", Lines).put(stack(sandbox, self.host.now(), self.size.width - 4))
        if self.may_look():
            self._look(sandbox)

    def _look(self, sandbox: Sandbox) -> None:
        self.ask(lambda: blockers.now(self.host, sandbox), self._seen, self._blind, group="look")

    def _blind(self, error: SandboxError) -> None:
        self.query_one("#advice", Note).put(f"Who uses it cannot be read: {error.message}")

    def _seen(self, found: tuple[Blocker, ...]) -> None:
        self.query_one(BlockerRows).show(found)

    def action_back(self) -> None:
        """Home."""
        self.dismiss()
