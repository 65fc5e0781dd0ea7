"""Starting the app, or saying in one line why not."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.app import sudo, terminal
from tui.backend import run
from tui.backend.errors import ExitCode, SandboxError
from tui.backend.inventory import sandboxes
from tui.backend.text import clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.app.app import Ending, SandboxApp
    from tui.backend.host import Host


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def start(host: Host, *, interval: float = 1.0, notice: str = "", origin: str | None = None) -> int:
    """Run the app until people leave it; the exit code.

    `interval` is in seconds between readings. `notice` is shown on the home screen; `origin`
    opens the wizard on that device or image.
    """
    why = terminal.refusal(os.environ, stdin=sys.stdin.isatty(), stderr=sys.stderr.isatty())
    if why:
        _say(f"sandbox-tui: {why}; the command line does the same: sandbox-tui --help")
        return ExitCode.USAGE
    app = _build(host, interval, notice, origin)
    ending = app.run()
    with _deaf():
        _wait(app)
    return _after(app, ending)


def _build(host: Host, interval: float, notice: str, origin: str | None) -> SandboxApp:
    from tui.app.app import SandboxApp

    return SandboxApp(host, look=terminal.decide(os.environ), interval=interval, notice=notice, origin=origin)


@contextmanager
def _deaf() -> Iterator[None]:
    """While open, no Ctrl-C, hang-up or SIGTERM keeps a plan from being undone."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(app: SandboxApp) -> None:
    """A plan that was running when the app came to an end stops, and is undone, before we go: where the app
    has failed, for it waits itself when it is left.
    """
    app.leaving = True
    if app.changing.locked():
        _say("Stopping what was running; what was done is taken back ...")
    with app.changing:
        return


def _after(app: SandboxApp, ending: Ending | None) -> int:
    from tui.app.app import Ending

    if ending is Ending.SUDO:
        return _sudo()
    if not app.host.simulated:
        _say_what_stays(app.host)
    if ending is Ending.SIGNAL:
        return ExitCode.FAILED
    return app.return_code or ExitCode.DONE


def _sudo() -> int:
    """Become sudo, which becomes us as root; it keeps nothing of ours but the arguments."""
    try:
        run.replace_process(sudo.command(sys.argv[1:]))
    except SandboxError as error:
        _say(f"sandbox-tui: {error}")
    return ExitCode.NEEDS_ROOT


def _say_what_stays(host: Host) -> None:
    """Quitting leaves sandboxes alone; people should know."""
    try:
        names = [sandbox.name for sandbox in sandboxes.read(host)]
        if names:
            _say(f"Still there: {', '.join(names)}. To remove one: sandbox-tui remove NAME")
    except (SandboxError, OSError):
        return  # the machine cannot be read; it was said on the screen


def _say(text: str) -> None:
    """A line to people, unless their terminal has gone away."""
    try:
        sys.stderr.write(f"{clean_lines(text)}\n")
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
