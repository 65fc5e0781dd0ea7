"""`remove`: take sandboxes away and prove that their origins are untouched."""

import argparse

from tui.backend import inventory
from tui.backend.errors import UsageError
from tui.backend.host import Host
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.present import results
from tui.backend.text import clean
from tui.backend.verbs.remove import REMOVE, Removed, RemoveRequest, removable
from tui.cli import narration, output
from tui.cli.json_keys import proof_json
from tui.cli.running import change

_NOTHING = Removed((), "", ())


def run(options: argparse.Namespace, host: Host) -> int:
    """Remove sandboxes, or print how."""
    if bool(options.names) == options.all:
        raise UsageError("Say which sandboxes to remove.", "Give their names, or --all and no name.")
    found = inventory.sandboxes.read(host) if options.all else ()
    if options.all and not removable(found):
        narration.say(_nothing_to_remove(found))
        _tell(_NOTHING, as_json=options.json)
    else:
        removed = change(host, REMOVE, RemoveRequest(tuple(options.names)), options)
        if removed is not None:
            _tell(removed, as_json=options.json)
    return 0


def _nothing_to_remove(found: tuple[Sandbox, ...]) -> str:
    if not found:
        return "There are no sandboxes."
    if all(sandbox.is_root for sandbox in found):
        return "The only sandbox is the root of the running system, which stays."
    names = ", ".join(sandbox.name for sandbox in found)
    return f"None of them can be removed from here: {names}. `sandbox-tui show NAME` says who holds it."


def _tell(removed: Removed, *, as_json: bool) -> None:
    """What else came of it, then the proofs, which are the data."""
    for sentence in filter(None, (removed.memory, *removed.kept)):
        narration.say(sentence)
    if as_json:
        output.print_json({"removed": [proof_json(name, shown) for name, shown in removed.proofs]})
        return
    for name, shown in removed.proofs:
        output.print_line(clean(results.removed(name, shown)))
