"""`grow`: more RAM for a sandbox; a full snapshot is repaired by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend.argument import Complete, argument
from tui.backend.inventory import sandboxes
from tui.backend.sandboxes import grow, repair
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
    """The sandbox, the bytes of its store now (None: unknown), and whether it was FULL and is `repaired`.
    `unchecked` is the type of its file system where that is to be checked before it is written to, else None.
    """

    name: str
    total: int | None
    repaired: bool
    unchecked: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Whether it was full, and the type of its file system where that may be torn, else empty."""

    full: bool
    torn: str


def _prepare(host: Host, now: Inventory, request: GrowRequest) -> Prepared[GrowRequest, Facts]:
    made, sandbox = grow.prepare(host, now, request.name, request.size), now.sandbox(request.name)
    full = sandbox.overflowed
    facts = Facts(full, repair.may_be_torn(sandbox) if full else "")
    return Prepared(made.plan, replace(request, size=str(made.size)), facts)


def _conclude(done: Done[GrowRequest, Facts]) -> Grown:
    name = done.prepared.request.name
    found = sandboxes.one(done.host, name)
    facts = done.prepared.facts
    return Grown(name, found.gauge.total if found else None, facts.full, facts.torn or None)


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
