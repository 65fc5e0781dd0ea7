"""The app: it reads the machine, hands readings to the screens, and comes and goes tidily."""

import asyncio
import os
import signal
from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from threading import Lock
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from tui.app import keys, styles, themes
from tui.app.console import GlyphFilter
from tui.app.data import DataFilter
from tui.app.driver import PatientDriver
from tui.app.palette import Commands, Palette
from tui.app.terminal import Glyphs, Look
from tui.backend import run
from tui.backend.errors import SandboxError
from tui.backend.host import Host
from tui.backend.practice import PracticeHost
from tui.backend.text import clean, clean_lines
from tui.screens import commands
from tui.screens.dialog import ErrorDialog
from tui.screens.face import FaceScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.reading import Reading, Watcher
from tui.screens.start import StartScreen
from tui.screens.wizard import WizardScreen

_LOOK = 0.1
"""Seconds between two looks whether the plan that is running has ended, once people want to leave."""


class Ending(Enum):
    """How the app was left."""

    QUIT = "quit"
    SUDO = "sudo"
    """Start again under sudo."""
    SIGNAL = "signal"


class Read(Message):
    """A reading has arrived from the thread."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading

    def can_replace(self, message: Message) -> bool:
        """A newer reading makes an older one needless."""
        return isinstance(message, Read)


class SandboxApp(App[Ending]):
    """The whole face. `interval` in seconds, 0 for none: then `read_soon` alone reads."""

    TITLE = "sandbox-tui"
    COMMANDS: ClassVar = {Commands}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = list(commands.bindings("any"))
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  declared by Textual
        (0, "-narrow"),
        (100, "-wide"),
    ]

    def __init__(
        self, host: Host, *, look: Look, interval: float = 1.0, notice: str = "", origin: str | None = None
    ) -> None:
        self.look = look
        super().__init__(PatientDriver, css_path=list(styles.sheets(look)), ansi_color=look.ansi)
        self.animation_level = "none"
        self.host, self.interval, self.notice, self.origin = host, interval, notice, origin
        self.reading: Reading | None = None
        self.leaving = False
        self.changing = Lock()
        self._watcher = Watcher(host)
        self._whole = True
        self._failed = ""
        self._glyphs = GlyphFilter(ascii_only=look.glyphs is Glyphs.ASCII)
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.name_of(look)

    def get_line_filters(self) -> list[LineFilter]:
        """Characters that the terminal lacks are replaced last."""
        filters = [*super().get_line_filters(), DataFilter()]
        return filters if self.look.glyphs is Glyphs.UNICODE else [*filters, self._glyphs]

    # Coming.

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """No cursor blinks, the palette's neither: a quiet screen sends nothing over SSH."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """A key that nobody wanted comes here, and would go to the screen on top. Where that was opened since
        it was typed, and is not yet there, nothing in it can answer.
        """
        if not self.screen.is_mounted:
            event.prevent_default()

    def on_mount(self) -> None:
        """The first screen, the first reading, and the signals that would kill us raw."""
        self.set_class(self.look.plain, "-plain")
        self.set_class(self.look.glyphs is not Glyphs.UNICODE, "-console")
        chosen, problem = keys.read(keys.file())
        self.set_keymap(chosen)
        self._catch_signals()
        self.push_screen(HomeScreen())
        if not self.host.is_root():
            self.push_screen(StartScreen(), self._started)
        if problem:
            self.complain(SandboxError(problem, "Mend it; until then the other keys are as ever."))
        self.read()
        if self.interval:
            self.set_interval(self.interval, self.read)

    def _started(self, way: str | None) -> None:
        if way == "sudo":
            self.become_root()
        elif way == "practise":
            self.practise()

    def practise(self) -> None:
        """Another machine, the practice one."""
        import time

        from tui.backend.practice import Traffic

        self.host = PracticeHost(clock=time.monotonic, traffic=Traffic())
        self._watcher = Watcher(self.host)
        self.read_soon()

    # Reading.

    def read_soon(self) -> None:
        """Read everything at the next opportunity, which is now unless a reading is under way."""
        self._whole = True
        self.read()

    def read(self) -> None:
        """Read the machine in a thread, unless that is under way; called every `interval`."""
        if any(worker.group == "read" and not worker.is_finished for worker in self.workers):
            return
        self.run_worker(self._read_in_thread, group="read", thread=True, exit_on_error=False)

    def _read_in_thread(self) -> None:
        watcher, whole = self._watcher, self._whole
        self._whole = False
        reading = watcher.read(whole=whole)
        if watcher is self._watcher:
            self.post_message(Read(reading))

    def on_read(self, message: Read) -> None:
        """Hand a reading to every screen."""
        self.reading, self._failed = message.reading, ""
        if not self.is_running:
            return  # screens are being taken apart
        self._hand_out(message.reading)
        if self.origin is not None:
            origin, self.origin = self.origin, None
            self.push_screen(WizardScreen(origin))
        if self._whole:
            self.read()

    def _hand_out(self, reading: Reading) -> None:
        with self.batch_update():
            for screen in self.screen_stack:
                if isinstance(screen, FaceScreen) and screen.is_mounted:
                    screen.on_reading(reading)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A reading that failed is shown once, not every second; what is on the screens is old then."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        said = f"Reading the machine failed: {error}"
        if self.reading is not None:
            self.reading = replace(self.reading, problem=f"What is shown here is old. {said}")
            self._hand_out(self.reading)
        if said != self._failed:
            self._failed = said
            self.complain(SandboxError(said, "It is tried again."))

    # What screens ask for.

    def complain(self, error: SandboxError) -> None:
        """Show an error."""
        self.push_screen(ErrorDialog(error))

    def become_root(self) -> None:
        """Leave; whoever started us starts sudo."""
        self.exit(Ending.SUDO)

    def shell(self, directory: str, name: str) -> None:
        """A shell in a sandbox; the app waits."""
        shell = os.environ.get("SHELL") or "/bin/sh"
        hint = {"SANDBOX": name, "PS1": f"[sandbox {name}] \\w \\$ "}
        try:
            with self.suspend():
                run.interact(["/bin/echo", f"A shell in the sandbox {clean(name)}. Leave it with exit."])
                run.interact([shell], cwd=directory, extra=hint)
        except SandboxError as error:
            self.complain(error)
        self.read_soon()

    # Commands that work everywhere.

    def action_help(self) -> None:
        """About the thing in focus, then the screen, then all keys."""
        if isinstance(self.screen, HelpScreen):
            return
        places = [self.focused, *(self.focused.ancestors if self.focused else ()), self.screen]
        topics = dict.fromkeys(str(place.HELP) for place in places if place is not None and place.HELP)
        self.push_screen(HelpScreen(tuple(topics), dict(self._keymap)))

    def action_palette(self) -> None:
        """Find a command."""
        self.action_command_palette()

    def action_command_palette(self) -> None:
        """The same, by Textual's name for it."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_theme(self) -> None:
        """Light or dark."""
        self.theme = themes.opposite(self.theme)

    async def action_quit(self) -> None:
        """Leave; a running plan is stopped and undone first."""
        self._leave(Ending.QUIT)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """None of Textual's own: they save pictures into root's home, and the like."""
        return ()

    def _fatal_error(self) -> None:
        """Our own fault: one sentence, no traceback full of people's data."""
        self.leaving = True
        error = self._exception
        said = clean_lines(f"sandbox-tui itself has failed: {type(error).__name__}: {error}")
        self._exit_renderables.append(Text(said))
        self._exit_renderables.append(
            "Please report this, with what you did. Sandboxes are not touched by it."
        )
        self._close_messages_no_wait()

    # Going.

    def _catch_signals(self) -> None:
        """A hang-up that whoever started us wants to be ignored (nohup) stays ignored."""
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self.leave_by_signal)

    def leave_by_signal(self) -> None:
        """The terminal is given back; a running plan ends or is undone; sandboxes stay."""
        self._leave(Ending.SIGNAL)

    def _leave(self, ending: Ending) -> None:
        """At once, or when the plan that is running has come to its end: people see that it is taken back."""
        if self.leaving:
            return
        self.leaving = True
        if not self.changing.locked():
            self._go(ending)
            return
        self.set_interval(_LOOK, lambda: None if self.changing.locked() else self._go(ending))
        for screen in self.screen_stack:
            if isinstance(screen, FaceScreen):
                screen.on_leaving()

    def _go(self, ending: Ending) -> None:
        self.exit(ending, return_code=1 if ending is Ending.SIGNAL else 0)
