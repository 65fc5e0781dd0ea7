"""`mount` and `unmount`: a sandbox that exists."""

import argparse

from tui.backend.host import Host
from tui.backend.inventory import Inventory, sandboxes
from tui.backend.plan import Plan
from tui.backend.sandboxes import mounts
from tui.cli import output
from tui.cli.create import absolute
from tui.cli.running import carry_out


def run(options: argparse.Namespace, host: Host) -> int:
    """Mount a sandbox and print where, or unmount it."""

    def make(now: Inventory) -> Plan:
        if options.verb == "unmount":
            return mounts.prepare_unmount(host, now, options.name)
        return mounts.prepare_mount(host, now, options.name, absolute(options.directory))

    carry_out(host, make)
    for sandbox in sandboxes.read(host):
        if sandbox.name == options.name and sandbox.mountpoint:
            output.print_data(sandbox.mountpoint)
    return 0
