"""From an argv to a verb and its exit status; whatever goes wrong ends here, in words."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

from tui.backend.errors import ExitCode, SandboxError
from tui.cli import narration
from tui.cli.parser import build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.backend.host import Host

MODULES = {
    None: "tui",
    "list": "listing",
    "show": "listing",
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
        status = _run(argv, host)
        sys.stdout.flush()
    except SandboxError as error:
        return _fail(error.message, error.hint, error.exit_code)
    except KeyboardInterrupt:
        return _fail("Interrupted.", "", ExitCode.FAILED)
    except BrokenPipeError:
        return _reader_gone()
    except OSError as error:
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
    try:
        sys.stdout.flush()
    except OSError:
        _drop_output()
    return int(code)


def _reader_gone() -> int:
    """`sandbox-tui … | head`: the reader has what it wanted."""
    _drop_output()
    return ExitCode.DONE


def _drop_output() -> None:
    """What cannot be written is given up: at its exit Python would try again, and change the status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception) -> int:
    if os.environ.get("SANDBOX_TUI_TRACEBACK"):
        raise error
    return _fail(
        f"This should not have happened: {type(error).__name__}: {error}",
        "`sandbox-tui recover` clears what it may have left. For a report, set SANDBOX_TUI_TRACEBACK=1.",
        ExitCode.FAILED,
    )
