"""`remove`: take sandboxes apart, and prove that their origins were not written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.argument import Complete, argument
from tui.backend.errors import ExitCode, UsageError
from tui.backend.sandboxes import kept, memory, proof, remove
from tui.backend.sandboxes.proof import Proof
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.verb import Key, Verb, with_sandbox

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.sandboxes.evidence import Evidence


@dataclass(frozen=True, slots=True)
class RemoveRequest:
    """The names of the sandboxes; or `all` that can be removed from here."""

    names: tuple[str, ...] = argument(
        "of the sandboxes", (), metavar="NAME", positional=True, complete=Complete.SANDBOX
    )
    all: bool = argument("all sandboxes of this machine", default=False)


@dataclass(frozen=True, slots=True)
class Gone:
    """A sandbox that is removed, the proof for its origin, and what that means as a sentence."""

    name: str
    proof: Proof
    sentence: str


@dataclass(frozen=True, slots=True)
class Stays:
    """A sandbox that is not removed, and why: the rest of a sentence about it. `busy`: because something uses
    it.
    """

    name: str
    why: str
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    """What is removed, in order. `memory` tells what RAM came back, empty for none, `kept` what others had
    written into their places. `stay` are those of all that were not removed.
    """

    removed: tuple[Gone, ...]
    memory: str
    kept: tuple[str, ...]
    stay: tuple[Stays, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is removed, and what stays."""

    made: remove.Prepared
    stay: tuple[Stays, ...]


_Prepared = Prepared[RemoveRequest, Facts]


def removable(found: tuple[Sandbox, ...]) -> tuple[str, ...]:
    """The names of all but those of other mount namespaces, and the root of a running Live CD, which ends
    only with the machine.
    """
    return tuple(sandbox.name for sandbox in found if not sandbox.is_root and sandbox.foreign is None)


def _prepare(host: Host, now: Inventory, request: RemoveRequest) -> _Prepared:
    if bool(request.names) == request.all:
        raise UsageError("Say which sandboxes to remove.", "Give their names, or --all and no name.")
    names = tuple(dict.fromkeys(request.names or removable(now.sandboxes)))
    made = remove.prepare(host, now, names, free=request.all)
    names = tuple(sandbox.name for sandbox in made.gone)
    busy = tuple(Stays(name, f"is in use: {who}", busy=True) for name, who in made.busy)
    known = {*names, *(one.name for one in busy)}
    others = (one for one in now.sandboxes if one.name not in known) if request.all else ()
    stay = tuple(Stays(other.name, _why(other)) for other in others)
    settled = RemoveRequest(names) if names else request
    return Prepared(made.plan, settled, Facts(made, (*busy, *stay)))


def _why(sandbox: Sandbox) -> str:
    if sandbox.foreign is not None:
        return f"is held by {sandbox.foreign.words}, and cannot be removed from here"
    return "is the root of the running system, which stays"


def _conclude(done: Done[RemoveRequest, Facts]) -> Removed:
    made, stay = done.prepared.facts.made, done.prepared.facts.stay
    removed = tuple(_gone(one, proof.conclude(one, done.captured)) for one in made.noted)
    back = memory.given_back(done.host, made.gone)
    return Removed(removed, back, kept.sentences(done.host, made.gone), stay)


def _gone(noted: Evidence, found: Proof) -> Gone:
    return Gone(noted.name, found, found.sentence)


def _status(result: Removed) -> ExitCode:
    """Not all of `all` that can be removed from here are."""
    return ExitCode.REFUSED if any(one.busy for one in result.stay) else ExitCode.DONE


REMOVE = Change(_prepare, _conclude, status=_status)
VERB = Verb(
    name="remove",
    summary="remove sandboxes and their changes, and prove the origins untouched",
    examples=(
        ("remove trial", "and say whether its origin was written to meanwhile"),
        ("remove --all --json | jq '.removed[].proof'", "all, and the proofs for a program"),
    ),
    request=RemoveRequest,
    result=Removed,
    work=REMOVE,
    key=Key(
        "remove",
        "x",
        "Remove",
        "Take the sandbox apart and prove that its origin was not written.",
        ("home", "sandbox"),
        ("home", "sandbox"),
        with_sandbox,
    ),
)
