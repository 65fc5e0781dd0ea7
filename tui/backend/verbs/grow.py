"""`grow`: more RAM for a sandbox; a full snapshot is repaired by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend.argument import Complete, argument
from tui.backend.inventory import sandboxes
from tui.backend.sandboxes import grow
from tui.backend.sandboxes.request import SIZES
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.verb import Key, Verb, with_whole

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class GrowRequest:
    """The sandbox, and its new size or what to add (`+512M`), as text."""

    name: str = argument("of the sandbox", metavar="NAME", complete=Complete.SANDBOX)
    size: str = argument(
        f"the new size, or what to add: {SIZES}", metavar="SIZE|+SIZE", complete=Complete.GROWTH
    )


@dataclass(frozen=True, slots=True)
class Grown:
    """The sandbox, the bytes of its store now (None: unknown), and whether it was FULL and is `repaired`."""

    name: str
    total: int | None
    repaired: bool


def _prepare(host: Host, now: Inventory, request: GrowRequest) -> Prepared[GrowRequest, bool]:
    made = grow.prepare(host, now, request.name, request.size)
    settled = replace(request, size=str(made.size))
    return Prepared(made.plan, settled, now.sandbox(request.name).overflowed)


def _conclude(done: Done[GrowRequest, bool]) -> Grown:
    name = done.prepared.request.name
    found = sandboxes.one(done.host, name)
    return Grown(name, found.gauge.total if found else None, done.prepared.facts)


GROW = Change(_prepare, _conclude)
VERB = Verb(
    name="grow",
    summary="give a sandbox more RAM while it is in use, or repair one that is FULL",
    examples=(
        ("grow trial +512M", "half a gibibyte more"),
        ("grow trial max --dry-run", "the script that makes it so large that it cannot overflow"),
    ),
    request=GrowRequest,
    result=Grown,
    work=GROW,
    key=Key(
        "grow",
        "g",
        "Grow",
        "Promise more RAM to a sandbox while it is in use.",
        ("home", "sandbox"),
        ("home", "sandbox"),
        with_whole,
    ),
)
