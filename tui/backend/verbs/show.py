"""`show`: all about one sandbox, and who uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import inventory
from tui.backend.argument import Complete, argument
from tui.backend.inventory import blockers
from tui.backend.inventory.blockers import Blocker
from tui.backend.sandboxes import engines
from tui.backend.verbs.listing import Listed, listed
from tui.backend.verbs.verb import Key, Query, Verb, with_sandbox

if TYPE_CHECKING:
    from tui.backend.host import Host


@dataclass(frozen=True, slots=True)
class ShowRequest:
    """The sandbox."""

    name: str = argument("of the sandbox", metavar="NAME", complete=Complete.SANDBOX)


@dataclass(frozen=True, slots=True)
class Shown:
    """One sandbox. `advice` are sentences on its state, `amount` is how much of its store is used, in words;
    `changes` says where they are, None where that is not known; `age` is in seconds, None likewise.
    `blockers` are what uses it: all of it only where `complete`, for only root sees all processes.
    """

    sandbox: Listed
    advice: tuple[str, ...]
    amount: str
    changes: str | None
    age: float | None
    blockers: tuple[Blocker, ...]
    complete: bool


def _read(host: Host, request: ShowRequest) -> Shown:
    now = inventory.read(host)
    sandbox = now.sandbox(request.name)
    reading = sandbox.gauge
    return Shown(
        sandbox=listed(sandbox),
        advice=tuple(filter(None, reading.advice.split("\n"))),
        amount=reading.amount,
        changes=engines.of(sandbox.engine).changes(sandbox),
        age=max(host.now() - sandbox.record.created, 0) if sandbox.record else None,
        blockers=blockers.read(now, sandbox),
        complete=host.is_root(),
    )


VERB = Verb(
    name="show",
    summary="tell all about one sandbox, and who uses it",
    examples=(
        ("show trial", "its origin, its fill, where it is mounted, which processes are in it"),
        ("show trial --json | jq '.blockers[].pid'", "the processes, for a program"),
    ),
    request=ShowRequest,
    result=Shown,
    work=Query(_read),
    key=Key(
        "open",
        "o",
        "Open",
        "Look into a sandbox: history, what it is made of, who uses it.",
        applies=with_sandbox,
    ),
)
