"""The practice disk of `demo`: made before, cleared away with its sandboxes at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import inventory
from tui.backend.argument import argument
from tui.backend.errors import Refused
from tui.backend.sandboxes import practice_disk
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.interval import INTERVAL, seconds
from tui.backend.verbs.verb import Verb

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """How it is shown, and the seconds between two readings."""

    simulated: bool = argument("on a simulated machine; needs no root", default=False)
    plain: bool = argument("show the whole round as text; needs no terminal", default=False)
    interval: float = argument(INTERVAL, 1.0, parse=seconds, metavar="SECONDS")


def _make(host: Host, _now: Inventory, request: None) -> Prepared[None, None]:
    return Prepared(practice_disk.prepare_make(host), request, None)


def _made(done: Done[None, None]) -> str | None:
    """The path of the disk; None where it has gone away already."""
    made = practice_disk.disk(inventory.read(done.host))
    return made.path if made else None


def _clear(host: Host, now: Inventory, request: None) -> Prepared[None, None]:
    try:
        plan = practice_disk.prepare_clear(host, now)
    except Refused as error:
        error.hint = "The practice disk stays until then: `sandbox-tui recover` clears it."
        raise
    return Prepared(plan, request, None)


MAKE = Change(_make, _made)
CLEAR = Change(_clear, lambda _done: None)
VERB = Verb(
    name="demo",
    summary="practise on a small disk made for it; it goes away at the end",
    examples=(
        ("demo", "the screens, on a disk in RAM; on a simulated machine where that is not possible"),
        ("demo --plain", "the whole round as text"),
    ),
    request=DemoRequest,
)
