"""`create`: make a sandbox."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tui.backend import sizes
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.plan import Plan
from tui.backend.sandboxes import create
from tui.backend.sandboxes.request import CreateRequest
from tui.cli import output
from tui.cli.json_keys import created_json
from tui.cli.running import carry_out, show_only

if TYPE_CHECKING:
    from tui.backend.inventory.record import Record


def run(options: argparse.Namespace, host: Host) -> int:
    """Make a sandbox, or print how."""
    request = _request(options, host.now())
    records: list[Record] = []

    def make(now: Inventory) -> Plan:
        prepared = create.prepare(host, now, request)
        records[:] = [prepared.record]
        return prepared.plan

    if options.dry_run:
        show_only(host, make, as_json=options.json)
        return 0
    carry_out(host, make)
    (record,) = records
    known = created_json(record)
    if options.json:
        output.print_json(known)
    else:
        output.print_data(*filter(None, (known["device"], record.mount)))
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
