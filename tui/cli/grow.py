"""`grow`: more RAM for a sandbox."""

import argparse

from tui.backend import gauge, sizes
from tui.backend.host import Host
from tui.backend.inventory import Inventory, sandboxes
from tui.backend.plan import Plan
from tui.backend.sandboxes import grow
from tui.cli import output
from tui.cli.running import carry_out, show_only


def run(options: argparse.Namespace, host: Host) -> int:
    """Grow a sandbox, or print how."""

    def make(now: Inventory) -> Plan:
        return grow.prepare(host, now, options.name, options.size)

    if options.dry_run:
        show_only(host, make)
        return 0
    carry_out(host, make)
    for sandbox in sandboxes.read(host):
        if sandbox.name == options.name:
            output.print_line(f"{sandbox.name}: {sizes.show(gauge.read(sandbox).total)}")
    return 0
