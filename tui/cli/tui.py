"""No verb: the terminal user interface. The one door from the command line to Textual."""

import argparse

from tui.backend.host import Host


def run(options: argparse.Namespace, host: Host) -> int:
    """Start the TUI on a machine."""
    from tui.app import start

    return start(host, interval=options.interval)
