"""`create`: make a sandbox of an origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.engines import SNAPSHOT
from tui.backend.inventory.record import Record
from tui.backend.sandboxes import create
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.verbs.change import Change, Done, Prepared

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Created:
    """What the new sandbox is, and its writable `device`; None for an overlay, which has none."""

    record: Record
    device: str | None


def _prepare(host: Host, now: Inventory, request: CreateRequest) -> Prepared[CreateRequest, Record]:
    made = create.prepare(host, now, request)
    return Prepared(made.plan, create.settled(request, made), made.record)


def _conclude(done: Done[CreateRequest, Record]) -> Created:
    record = done.prepared.facts
    return Created(record, paths.device(record.name) if record.engine == SNAPSHOT else None)


CREATE = Change(_prepare, _conclude)
