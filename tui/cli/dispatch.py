"""From an argv to a verb and its exit status; whatever goes wrong ends here, in words."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.backend import verbs
from tui.backend.errors import ExitCode, SandboxError, UsageError
from tui.backend.verbs.verb import Query
from tui.cli import arguments, narration, output
from tui.cli.parser import build, named

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tui.backend.host import Host
    from tui.backend.verbs.verb import Verb

TALKING = {
    "watch": "watch",
    "demo": "demo",
    "completion": "completion",
    "schema": "schema",
    "livecd build": "livecd.build",
    "livecd test": "livecd.test",
    "livecd write": "livecd.write",
}
"""The modules of the verbs that do more on a command line than to read, or to run a plan, and to tell."""


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
        if output.reader_gone(error):
            return ExitCode.DONE
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}.", "", ExitCode.FAILED)
    except Exception as error:  # noqa: BLE001 - people get a sentence, never a traceback
        return _unexpected(error)
    return status


def _run(argv: Sequence[str], host: Host | None) -> int:
    machine = host or _this_machine()
    if {"_ARGCOMPLETE", "COMP_LINE", "COMP_POINT"} <= set(os.environ):  # a shell asks
        from tui.cli.completion import answer

        answer(machine)
    options = _parse(argv)
    if isinstance(options, int):
        return options
    if options.verb is None:
        from tui.cli import tui

        return tui.start(machine, interval=options.every or 1.0)
    if options.every is not None:
        takes = "--interval" in arguments.flags(verbs.load(options.verb))
        tried = f"Try sandbox-tui {options.verb} --interval 5." if takes else "That verb has none."
        raise UsageError("--interval before a verb is that of the screens.", tried)
    return _carry_out(verbs.load(options.verb), options, machine)


def _parse(argv: Sequence[str]) -> argparse.Namespace | int:
    """The options; an exit status where all is said (--help and --version)."""
    if named(argv) is None and argv and not argv[0].startswith("-"):
        from tui.cli import guess

        guess.check_verb(argv)
    try:
        options, more = build(argv).parse_known_args(argv)
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else ExitCode.USAGE
    if more:
        from tui.cli import guess

        guess.refuse(more[0], options.verb)
    return options


def _carry_out(verb: Verb, options: argparse.Namespace, host: Host) -> int:
    request = arguments.request(verb, options)
    if verb.name in TALKING:
        module = importlib.import_module(f"tui.cli.{TALKING[verb.name]}")
        status: int = module.run(request, host, **_flags(options))
        return status
    if isinstance(verb.work, Query):
        result = verb.work.read(host, request)
        _tell(verb, result, as_json=options.json)
        return verb.work.status(result)
    from tui.cli import changing

    return changing.run(verb, request, host, **_flags(options))


def _flags(options: argparse.Namespace) -> dict[str, bool]:
    """--dry-run and --json, of those that have them."""
    names = {"dry_run": "dry_run", "json": "as_json"}
    return {name: getattr(options, flag) for flag, name in names.items() if hasattr(options, flag)}


def _tell(verb: Verb, result: object, *, as_json: bool) -> None:
    if as_json:
        output.print_json(result)
        return
    module = importlib.import_module(f"tui.backend.present.{verbs.TABLE[verb.name]}")
    output.print_shown(module.shown(result))


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
