"""`mount` and `unmount`: a sandbox that exists."""

import argparse

from tui.backend.host import Host
from tui.backend.verbs.mount import MOUNT, UNMOUNT, MountRequest
from tui.cli import output
from tui.cli.create import absolute
from tui.cli.running import carry_out


def run(options: argparse.Namespace, host: Host) -> int:
    """Mount a sandbox and print where, or unmount it."""
    if options.verb == "unmount":
        carry_out(host, UNMOUNT, MountRequest(options.name))
        return 0
    mounted = carry_out(host, MOUNT, MountRequest(options.name, absolute(options.directory)))
    output.print_data(*mounted.points[:1])
    return 0
