"""`recover`: clear what an interrupted verb left behind."""

import argparse

from tui.backend import inventory
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.plan import Plan
from tui.backend.sandboxes import kept, recover
from tui.cli import narration
from tui.cli.running import carry_out, show_only


def run(options: argparse.Namespace, host: Host) -> int:
    """Clear the remains, or print how."""
    gone: list[Sandbox] = []

    def make(now: Inventory) -> Plan:
        gone[:] = now.sandboxes
        return recover.prepare(host, now)

    if options.dry_run:
        show_only(host, make)
    elif host.is_root() and not make(inventory.read(host)).steps:
        narration.say("There is nothing to clear.")
    else:
        carry_out(host, make)
        for sentence in kept.sentences(host, gone):
            narration.say(sentence)
    return 0
