"""`remove`: take sandboxes apart, and prove that their origins were not written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.sandboxes import kept, memory, proof, remove
from tui.backend.verbs.change import Change, Done, Prepared

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.sandboxes import Sandbox
    from tui.backend.sandboxes.proof import Evidence, Proof


@dataclass(frozen=True, slots=True)
class RemoveRequest:
    """The names of the sandboxes; none: `all` that can be removed from here."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removed:
    """The proof for each sandbox by name, in order. `memory` tells what RAM came back, empty for none, and
    `kept` what others had written into their places.
    """

    proofs: tuple[tuple[str, Proof], ...]
    memory: str
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The sandboxes as they were, and what was noted of their origins when they were made."""

    gone: tuple[Sandbox, ...]
    noted: tuple[Evidence, ...]


_Prepared = Prepared[RemoveRequest, Facts]


def removable(found: tuple[Sandbox, ...]) -> tuple[str, ...]:
    """The names of all but those of other mount namespaces, and the root of a running Live CD, which ends
    only with the machine.
    """
    return tuple(sandbox.name for sandbox in found if not sandbox.is_root and sandbox.foreign is None)


def _prepare(host: Host, now: Inventory, request: RemoveRequest) -> _Prepared:
    names = tuple(dict.fromkeys(request.names or removable(now.sandboxes)))
    plan = remove.prepare(host, now, names)
    gone = tuple(map(now.sandbox, names))
    noted = tuple(proof.read(host, sandbox, number) for number, sandbox in enumerate(gone, 1))
    return Prepared(plan, RemoveRequest(names), Facts(gone, noted))


def _conclude(done: Done[RemoveRequest, Facts]) -> Removed:
    facts = done.prepared.facts
    proofs = tuple((one.name, proof.conclude(one, done.captured)) for one in facts.noted)
    back = memory.given_back(done.host, facts.gone)
    return Removed(proofs, back, kept.sentences(done.host, facts.gone))


REMOVE = Change(_prepare, _conclude)
