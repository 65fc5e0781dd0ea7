"""`recover`: clear what an interrupted verb left behind."""

import argparse

from tui.backend.host import Host
from tui.backend.present import results
from tui.backend.verbs.change import prepare
from tui.backend.verbs.recover import RECOVER
from tui.cli import narration
from tui.cli.running import change


def run(options: argparse.Namespace, host: Host) -> int:
    """Clear the remains, or print how."""
    if not options.dry_run and host.is_root() and not prepare(host, RECOVER, None).plan.steps:
        narration.say("There is nothing to clear.")
        return 0
    recovered = change(host, RECOVER, None, options)
    if recovered is not None:
        for sentence in results.sentences(recovered):
            narration.say(sentence)
    return 0
