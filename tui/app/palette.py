"""The command palette, filled from the registry."""

from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.widgets import OptionList
from textual.worker import Worker, WorkerState

from tui.screens import commands
from tui.screens.commands import Command
from tui.screens.stacked import StackedScreen


class Palette(CommandPalette, StackedScreen[None]):
    """Textual's, but for what a burst of keys breaks (8.2.8): page keys before its list has a place on the
    screen; a search that begins when it has been closed, which ended the app.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page('down')", show=False),
        Binding("pageup", "page('up')", show=False),
    ]

    def run_worker(self, *arguments: Any, **options: Any) -> Worker[Any]:  # noqa: ANN401 - as Textual's
        """The search, whose failure is looked at here."""
        return super().run_worker(*arguments, **{**options, "exit_on_error": False})

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Of no interest when it is closed, else a fault of ours."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None and self.is_active:
            raise error

    async def action_page(self, way: str) -> None:
        """Move a page `down` or `up`, where there are pages yet."""
        found = self.query_one(OptionList)
        if found.scrollable_content_region:
            await found.run_action(f"page_{way}")


class Commands(Provider):
    """What can be done on the screen below the palette."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for command in self._usable():
            yield DiscoveryHit(command.title, partial(self._run, command), help=command.help)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for command in self._usable():
            score = max(matcher.match(command.title), matcher.match(command.help) / 2)
            if score > 0:
                yield Hit(
                    score, matcher.highlight(command.title), partial(self._run, command), help=command.help
                )

    def _usable(self) -> list[Command]:
        """Commands whose action exists here and makes sense now."""
        screen = self.screen
        found = [
            command
            for command in (*commands.COMMANDS, *commands.GLOBAL)
            if command.id != "palette" and self._owner(command) is not None
        ]
        return [command for command in found if screen.check_action(command.action, ()) is True]

    def _owner(self, command: Command) -> str | None:
        name = f"action_{command.action}"
        if hasattr(self.screen, name):
            return "screen"
        return "app" if command in commands.GLOBAL and hasattr(self.app, name) else None

    async def _run(self, command: Command) -> None:
        """On the screen below, if it still is there: a burst of keys may have closed it."""
        node = self.screen if self._owner(command) == "screen" else self.app
        if node is self.app or (self.screen.is_mounted and self.screen in self.app.screen_stack):
            await node.run_action(command.action)
