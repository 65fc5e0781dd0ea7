"""From an argv to a verb and its exit status; whatever goes wrong ends here, in words."""

from __future__ import annotations

import errno
import importlib
import os
import sys
import termios
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.backend.errors import ExitCode, SandboxError
from tui.cli import narration
from tui.cli.parser import build

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from tui.backend.host import Host

MODULES = {
    None: "tui",
    "list": "listing",
    "mount": "mounting",
    "unmount": "mounting",
}
"""The module of each verb whose module is not named like it. Imported only when it is used:
`list` must not wait for what `create` needs.
"""


def run(argv: Sequence[str], host: Host | None = None) -> int:
    """Run one command line on a machine (None: this one); the exit status. Never raises."""
    _prepare_streams()
    try:
        return _guarded(argv, host)
    finally:
        _let_go()


def _guarded(argv: Sequence[str], host: Host | None) -> int:
    try:
        status = _run(argv, host)
        sys.stdout.flush()
    except SandboxError as error:
        return _fail(error.message, error.hint, error.exit_code)
    except KeyboardInterrupt:
        return _fail("Interrupted.", "", ExitCode.FAILED)
    except OSError as error:
        if _reader_gone(error):
            return ExitCode.DONE
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}.", "", ExitCode.FAILED)
    except Exception as error:  # noqa: BLE001 - people get a sentence, never a traceback
        return _unexpected(error)
    return status


def _run(argv: Sequence[str], host: Host | None) -> int:
    parser = build(argv[0] if argv else None)
    try:
        options = parser.parse_args(argv)
    except SystemExit as ending:  # --help and --version
        return ending.code if isinstance(ending.code, int) else ExitCode.USAGE
    module = importlib.import_module(f"tui.cli.{MODULES.get(options.verb, options.verb)}")
    status: int = module.run(options, host or _this_machine())
    return status


def _this_machine() -> Host:
    from tui.backend.machine import RealHost

    return RealHost()


def _prepare_streams() -> None:
    """Paths that are no text go out as they came in; where a terminal lacks a letter, its code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            utf8 = (getattr(stream, "encoding", None) or "").lower().replace("-", "") == "utf8"
            reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")


def _fail(message: str, hint: str, code: int) -> int:
    narration.error(message, hint)
    return int(code)


def _reader_gone(error: OSError) -> bool:
    """Whether there is nobody who could be shown any more what was done: `sandbox-tui … | head`, whose
    reader has what it wanted; a terminal that was closed.
    """
    return isinstance(error, BrokenPipeError) or (error.errno == errno.EIO and _hung_up(sys.stdout))


def _hung_up(stream: TextIO) -> bool:
    """Whether a stream was a terminal that has gone away."""
    try:
        termios.tcgetattr(stream.fileno())
    except termios.error as error:
        return bool(error.args and error.args[0] == errno.EIO)
    except (OSError, ValueError):
        return False
    return False


def _let_go() -> None:
    """What could not be written is dropped: else Python complains at its exit, with a status of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _unexpected(error: Exception) -> int:
    if os.environ.get("SANDBOX_TUI_TRACEBACK"):
        raise error
    return _fail(
        f"This should not have happened: {type(error).__name__}: {error}",
        "`sandbox-tui recover` clears what it may have left. For a report, set SANDBOX_TUI_TRACEBACK=1.",
        ExitCode.FAILED,
    )
