"""`livecd build`: make an ISO."""

import argparse
import os
from pathlib import Path

from tui.backend import execute, sizes
from tui.backend.errors import UsageError
from tui.backend.host import Host
from tui.backend.livecd import build
from tui.backend.livecd.request import BuildRequest
from tui.cli import narration, output
from tui.cli.create import absolute
from tui.cli.running import progress, stop_on_signals


def run(options: argparse.Namespace, host: Host) -> int:
    """Make an ISO, or print how."""
    prepared = build.prepare(host, _request(options))
    if options.dry_run:
        output.print_script(prepared.plan)
        return 0
    narration.notes(prepared.plan.notes)
    with stop_on_signals() as stop:
        execute.run(prepared.plan, host, progress, stop)
    print(prepared.output)
    return 0


def _request(options: argparse.Namespace) -> BuildRequest:
    return BuildRequest(
        root=str(Path.cwd() / options.root),
        output=os.path.normpath(Path.cwd() / options.output),
        way=options.writable,
        size=None if options.size is None else sizes.parse(options.size),
        kernel=absolute(options.kernel),
        modules=absolute(options.modules),
        label=options.label,
        format=options.format,
        append=options.append,
        epoch=_epoch(),
    )


def _epoch() -> int | None:
    """The time that everything shall carry, as reproducible-builds.org/specs/source-date-epoch has it."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if text and not text.isdecimal():
        raise UsageError(
            f"SOURCE_DATE_EPOCH={text!r} is no time.", "Set it to seconds since 1970, or unset it."
        )
    return int(text) if text else None
