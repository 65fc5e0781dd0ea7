"""The command palette, filled from the registry."""

from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.widgets import OptionList

from tui.screens import commands
from tui.screens.commands import Command


class Palette(CommandPalette):
    """Textual's, whose page keys fail (8.2.8) as long as its list has no place on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page('down')", show=False),
        Binding("pageup", "page('up')", show=False),
    ]

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
        node = self.screen if self._owner(command) == "screen" else self.app
        await node.run_action(command.action)
