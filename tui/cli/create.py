"""`create`: make a sandbox."""

import argparse
from pathlib import Path

from tui.backend import sizes
from tui.backend.host import Host
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.verbs.create import CREATE
from tui.cli import output
from tui.cli.json_keys import created_json
from tui.cli.running import change


def run(options: argparse.Namespace, host: Host) -> int:
    """Make a sandbox, or print how."""
    made = change(host, CREATE, _request(options, host.now()), options)
    if made is not None and options.json:
        output.print_json(created_json(made))
    elif made is not None:
        output.print_data(*filter(None, (made.device, made.record.mount)))
    return 0


def _request(options: argparse.Namespace, now: float) -> CreateRequest:
    return CreateRequest(
        origin=options.origin,
        created=now,
        name=options.name,
        size=None if options.size is None else sizes.parse(options.size),
        mount=absolute(options.mount),
        no_mount=options.no_mount,
        store=options.store,
        chunk=None if options.chunk is None else sizes.parse_bytes(options.chunk),
        classic=options.classic,
        engine=options.engine,
        suid_dev=options.suid_dev,
        hash=options.hash,
        failing=options.failing,
    )


def absolute(path: str | None) -> str | None:
    """A path as the shell's user means it: from the working directory."""
    return str(Path.cwd() / path) if path else path
