"""`remove`: take sandboxes away and prove that their origins are untouched."""

import argparse

from tui.backend import inventory
from tui.backend.errors import UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.plan import Plan
from tui.backend.sandboxes import proof, remove
from tui.backend.sandboxes.proof import Counters, Evidence
from tui.cli import narration, output
from tui.cli.json_keys import proof_json
from tui.cli.running import carry_out, show_only


def run(options: argparse.Namespace, host: Host) -> int:
    """Remove sandboxes, or print how."""
    if bool(options.names) == options.all:
        raise UsageError("Say which sandboxes to remove.", "Give their names, or --all and no name.")
    evidence: list[Evidence] = []

    def make(now: Inventory) -> Plan:
        names = tuple(options.names) or tuple(sandbox.name for sandbox in now.sandboxes)
        plan = remove.prepare(host, now, names)
        found = [now.sandbox(name) for name in dict.fromkeys(names)]
        evidence[:] = [proof.read(host, sandbox) for sandbox in found]
        return plan

    if options.all and not inventory.sandboxes.read(host):
        narration.say("There are no sandboxes.")
        output.print_json({"removed": []}) if options.json else None
        return 0
    if options.dry_run:
        show_only(host, make, as_json=options.json)
        return 0
    carry_out(host, make)
    _tell(options, host, [(entry, proof.counters_now(host, entry)) for entry in evidence])
    return 0


def _tell(options: argparse.Namespace, host: Host, removed: list[tuple[Evidence, Counters | None]]) -> None:
    """Print the proofs. The counters came first: reading for the hash takes its time."""
    proofs = [(entry.name, proof.compare(host, entry, now)) for entry, now in removed]
    if options.json:
        output.print_json({"removed": [proof_json(name, shown) for name, shown in proofs]})
        return
    for name, shown in proofs:
        print(f"{name} is removed. {shown.sentence}")
