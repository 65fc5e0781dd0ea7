"""`grow`: more RAM for a sandbox."""

import argparse

from tui.backend.host import Host
from tui.backend.present import results
from tui.backend.verbs.grow import GROW, GrowRequest
from tui.cli import output
from tui.cli.running import change


def run(options: argparse.Namespace, host: Host) -> int:
    """Grow a sandbox, or print how."""
    grown = change(host, GROW, GrowRequest(options.name, options.size), options)
    if grown is not None:
        output.print_line("\n".join(results.sentences(grown)))
    return 0
