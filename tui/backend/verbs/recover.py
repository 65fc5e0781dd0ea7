"""`recover`: clear what an interrupted verb left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.sandboxes import kept, recover
from tui.backend.verbs.change import Change, Done, Prepared

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.sandboxes import Sandbox


@dataclass(frozen=True, slots=True)
class Recovered:
    """Sentences on what others had written into the places that were cleared."""

    kept: tuple[str, ...]


def _prepare(host: Host, now: Inventory, request: None) -> Prepared[None, tuple[Sandbox, ...]]:
    return Prepared(recover.prepare(host, now), request, now.sandboxes)


def _conclude(done: Done[None, tuple[Sandbox, ...]]) -> Recovered:
    return Recovered(kept.sentences(done.host, done.prepared.facts))


RECOVER = Change(_prepare, _conclude)
