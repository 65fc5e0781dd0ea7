"""Starting the app, or saying in one line why not."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui.app import sudo, terminal
from tui.backend import run
from tui.backend.errors import ExitCode, SandboxError
from tui.backend.inventory import sandboxes

if TYPE_CHECKING:
    from tui.app.app import Ending, SandboxApp
    from tui.backend.host import Host


def start(host: Host, *, interval: float = 1.0, notice: str = "", origin: str | None = None) -> int:
    """Run the app until people leave it; the exit code.

    `interval` is in seconds between readings. `notice` is shown on the home screen; `origin`
    opens the wizard on that device or image.
    """
    why = terminal.refusal(os.environ, stdin=sys.stdin.isatty(), stderr=sys.stderr.isatty())
    if why:
        sys.stderr.write(f"sandbox-tui: {why}; the command line does the same: sandbox-tui --help\n")
        return ExitCode.USAGE
    app = _build(host, interval, notice, origin)
    ending = app.run()
    _wait(app)
    return _after(app, ending)


def _build(host: Host, interval: float, notice: str, origin: str | None) -> SandboxApp:
    from tui.app.app import SandboxApp

    return SandboxApp(host, look=terminal.decide(os.environ), interval=interval, notice=notice, origin=origin)


def _wait(app: SandboxApp) -> None:
    """A plan that was running when the app was left stops, and is undone, before we go."""
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
        sys.stderr.write(f"sandbox-tui: {error}\n")
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
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
