"""`livecd build`: make an ISO."""

import argparse
import os
from pathlib import Path

from tui.backend import sizes
from tui.backend.errors import UsageError
from tui.backend.host import Host
from tui.backend.livecd import kernel_fetch
from tui.backend.livecd.request import BuildRequest
from tui.backend.verbs.livecd import BUILD, FETCH
from tui.cli import narration, output
from tui.cli.create import absolute
from tui.cli.running import change


def run(options: argparse.Namespace, host: Host) -> int:
    """Make an ISO, or print how."""
    request = _request(options)
    if request.fetch_kernel and kernel_fetch.fetched(host) is None and not change(host, FETCH, None, options):
        narration.say("That fetches the kernel; the rest can be planned when it is there.")
        return 0
    built = change(host, BUILD, request, options)
    if built is not None:
        output.print_data(built.path)
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
        fetch_kernel=options.fetch_kernel,
        trusted=options.trusted,
    )


def _epoch() -> int | None:
    """The time that everything shall carry, as reproducible-builds.org/specs/source-date-epoch has it."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if text and not text.isdecimal():
        raise UsageError(
            f"SOURCE_DATE_EPOCH={text!r} is no time.", "Set it to seconds since 1970, or unset it."
        )
    return int(text) if text else None
