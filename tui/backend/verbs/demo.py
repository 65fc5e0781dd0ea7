"""The practice disk of `demo`: made before, cleared away with its sandboxes at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import inventory
from tui.backend.errors import Refused
from tui.backend.sandboxes import practice_disk
from tui.backend.verbs.change import Change, Done, Prepared

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


def _make(host: Host, now: Inventory, request: None) -> Prepared[None, None]:  # noqa: ARG001
    return Prepared(practice_disk.prepare_make(host), request, None)


def _made(done: Done[None, None]) -> str:
    """The path of the disk."""
    made = practice_disk.disk(inventory.read(done.host))
    if made is None:
        raise Refused("The practice disk has gone away.", "`sandbox-tui recover` clears what is left.")
    return made.path


def _clear(host: Host, now: Inventory, request: None) -> Prepared[None, None]:
    try:
        plan = practice_disk.prepare_clear(host, now)
    except Refused as error:
        hint = "The practice disk stays until then: `sandbox-tui recover` clears it."
        raise Refused(error.message, hint) from error
    return Prepared(plan, request, None)


def _cleared(done: Done[None, None]) -> None:  # noqa: ARG001
    return None


MAKE = Change(_make, _made)
CLEAR = Change(_clear, _cleared)
