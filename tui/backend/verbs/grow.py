"""`grow`: more RAM for a sandbox; a full snapshot is repaired by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend import gauge
from tui.backend.inventory import sandboxes
from tui.backend.sandboxes import grow
from tui.backend.verbs.change import Change, Done, Prepared

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class GrowRequest:
    """The sandbox, and its new size or what to add (`+512M`), as text."""

    name: str
    size: str


@dataclass(frozen=True, slots=True)
class Grown:
    """The sandbox, the bytes of its store now (None: unknown), and whether it was FULL and is `repaired`."""

    name: str
    total: int | None
    repaired: bool


def _prepare(host: Host, now: Inventory, request: GrowRequest) -> Prepared[GrowRequest, bool]:
    plan = grow.prepare(host, now, request.name, request.size)
    size = grow.settled(now, request.name, request.size)
    return Prepared(plan, replace(request, size=size), now.sandbox(request.name).overflowed)


def _conclude(done: Done[GrowRequest, bool]) -> Grown:
    name = done.prepared.request.name
    found = (one for one in sandboxes.read(done.host) if one.name == name)
    return Grown(name, next((gauge.read(one).total for one in found), None), done.prepared.facts)


GROW = Change(_prepare, _conclude)
