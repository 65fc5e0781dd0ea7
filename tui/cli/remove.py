"""`remove`: take sandboxes away and prove that their origins are untouched."""

import argparse

from tui.backend import inventory
from tui.backend.errors import UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.plan import Plan
from tui.backend.sandboxes import kept, memory, proof, remove
from tui.backend.sandboxes.proof import Evidence, Proof
from tui.backend.text import clean
from tui.cli import narration, output
from tui.cli.json_keys import proof_json
from tui.cli.running import carry_out, show_only


def run(options: argparse.Namespace, host: Host) -> int:
    """Remove sandboxes, or print how."""
    if bool(options.names) == options.all:
        raise UsageError("Say which sandboxes to remove.", "Give their names, or --all and no name.")
    noted: list[Evidence] = []
    captured: dict[str, str] = {}
    gone: list[Sandbox] = []

    def make(now: Inventory) -> Plan:
        names = tuple(options.names) or _removable(now.sandboxes)
        plan = remove.prepare(host, now, names)
        gone[:] = [now.sandbox(name) for name in dict.fromkeys(names)]
        found = enumerate(dict.fromkeys(names), 1)
        noted[:] = [proof.read(host, now.sandbox(name), number) for number, name in found]
        return plan

    found = inventory.sandboxes.read(host) if options.all else ()
    if options.all and not _removable(found):
        narration.say(_nothing_to_remove(found))
    elif options.dry_run:
        show_only(host, make, as_json=options.json)
        return 0
    else:
        carry_out(host, make, captured=captured)
        if back := memory.given_back(host, gone):
            narration.say(back)
        for sentence in kept.sentences(host, gone):
            narration.say(sentence)
    _tell([(evidence.name, proof.conclude(evidence, captured)) for evidence in noted], as_json=options.json)
    return 0


def _nothing_to_remove(found: tuple[Sandbox, ...]) -> str:
    if not found:
        return "There are no sandboxes."
    if all(sandbox.is_root for sandbox in found):
        return "The only sandbox is the root of the running system, which stays."
    names = ", ".join(sandbox.name for sandbox in found)
    return f"None of them can be removed from here: {names}. `sandbox-tui show NAME` says who holds it."


def _removable(found: tuple[Sandbox, ...]) -> tuple[str, ...]:
    """All but those of other mount namespaces, and the root of a running Live CD, which only ends with
    the machine.
    """
    return tuple(sandbox.name for sandbox in found if not sandbox.is_root and sandbox.foreign is None)


def _tell(proofs: list[tuple[str, Proof]], *, as_json: bool) -> None:
    """Print the proofs."""
    if as_json:
        output.print_json({"removed": [proof_json(name, shown) for name, shown in proofs]})
        return
    for name, shown in proofs:
        output.print_line(clean(f"{name} is removed. {shown.sentence}"))
