"""`recover`: clear what an interrupted verb left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.inventory import sandboxes
from tui.backend.sandboxes import kept, recover
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.verb import Key, Situation, Verb

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Recovered:
    """Sentences on what others had written into the places that were cleared, and the names of the `left`:
    those that something uses.
    """

    kept: tuple[str, ...]
    left: tuple[str, ...]


def _prepare(host: Host, now: Inventory, request: None) -> Prepared[None, tuple[Sandbox, ...]]:
    return Prepared(recover.prepare(host, now), request, now.sandboxes)


def _conclude(done: Done[None, tuple[Sandbox, ...]]) -> Recovered:
    now = sandboxes.read(done.host)
    names = {sandbox.name for sandbox in now}
    gone = tuple(sandbox for sandbox in done.prepared.facts if sandbox.name not in names)
    left = tuple(sandbox.name for sandbox in now if sandbox.interrupted)
    return Recovered(kept.sentences(done.host, gone), left)


def _remains(situation: Situation) -> bool:
    return situation.remains


RECOVER = Change(_prepare, _conclude)
VERB = Verb(
    name="recover",
    summary="clear what an interrupted verb left behind",
    examples=(
        ("recover", "what is whole, or in use, is left alone"),
        ("recover --dry-run", "what would be done"),
    ),
    result=Recovered,
    work=RECOVER,
    key=Key(
        "recover",
        "r",
        "Recover",
        "Clear what an interrupted command has left behind.",
        footer=("home",),
        applies=_remains,
    ),
)
