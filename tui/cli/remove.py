"""`remove`: take sandboxes away and prove that their origins are untouched."""

import argparse

from tui.backend import inventory, sizes
from tui.backend.errors import UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.sandboxes import Sandbox
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
    noted: list[tuple[Evidence, Counters | None]] = []

    def make(now: Inventory) -> Plan:
        names = tuple(options.names) or tuple(sandbox.name for sandbox in now.sandboxes)
        plan = remove.prepare(host, now, names)
        noted[:] = [_note(host, now.sandbox(name)) for name in dict.fromkeys(names)]
        return plan

    if options.all and not inventory.sandboxes.read(host):
        narration.say("There are no sandboxes.")
    elif options.dry_run:
        show_only(host, make, as_json=options.json)
        return 0
    else:
        before = host.memory().available
        carry_out(host, make)
        back = host.memory().available - before
        if back > 0:  # measured, and others take RAM meanwhile
            narration.say(f"{sizes.show(back)} of RAM came back.")
    _tell(host, noted, as_json=options.json)
    return 0


def _note(host: Host, sandbox: Sandbox) -> tuple[Evidence, Counters | None]:
    """What was noted when it was made; for an image the last counters too, for its loop device
    goes with the sandbox.
    """
    evidence = proof.read(host, sandbox)
    return evidence, proof.counters_now(host, evidence) if sandbox.origin_loop else None


def _tell(host: Host, noted: list[tuple[Evidence, Counters | None]], *, as_json: bool) -> None:
    """Print the proofs. The counters are read first: reading for the hash takes its time."""
    counted = [(entry, last or proof.counters_now(host, entry)) for entry, last in noted]
    proofs = [(entry.name, proof.compare(host, entry, now)) for entry, now in counted]
    if as_json:
        output.print_json({"removed": [proof_json(name, shown) for name, shown in proofs]})
        return
    for name, shown in proofs:
        print(f"{name} is removed. {shown.sentence}")
