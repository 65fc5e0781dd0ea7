"""Making a sandbox: from a request and readings of the machine to a plan."""

from dataclasses import dataclass, replace

from tui.backend import names, origins, paths, requirements, sizes
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.record import Record
from tui.backend.plan import Plan
from tui.backend.sandboxes import choice, engines, memory
from tui.backend.sandboxes.facts import Survey
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.sandboxes.survey import survey


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan to be shown and run, and what will be when it is done (`record`)."""

    plan: Plan
    record: Record


def prepare(host: Host, inventory: Inventory, request: CreateRequest) -> Prepared:
    """Survey and plan in one. Raises UsageError, NotFound or Refused; touches nothing."""
    request = replace(request, created=request.created or host.now())
    prepared = plan(request, survey(host, inventory, request))
    requirements.check(host, prepared.plan)
    return prepared


def plan(request: CreateRequest, facts: Survey) -> Prepared:
    """The plan for a request. Pure."""
    origin = origins.usable(facts.origin)
    name = _name(request, facts)
    chosen = choice.choose(request, origin, facts.lacks)
    engine = engines.of(chosen.engine)
    made = engine.draft(request, facts, name)
    memory.check(
        engine.cost(made.record.size),
        facts.inventory.memory,
        facts.inventory.sandboxes,
        pinned=made.pinned,
    )
    why = (f"Engine {chosen.engine}: {chosen.reason}.",) if chosen.reason else ()
    alone = () if made.record.locked else (name,)  # nobody else may make that device writable meanwhile
    return Prepared(Plan("create", name, made.steps, (*why, *made.notes), sandboxes=alone), made.record)


def settled(request: CreateRequest, prepared: Prepared) -> CreateRequest:
    """The request for just what was prepared: name, size and time no longer depend on a reading."""
    record = prepared.record
    return replace(request, name=record.name, size=sizes.of_bytes(record.size), created=record.created)


def _name(request: CreateRequest, facts: Survey) -> str:
    taken = frozenset(sandbox.name for sandbox in facts.inventory.sandboxes)
    taken |= {entry.name for entry in facts.inventory.maps}
    keys = {segment.key for segment in facts.inventory.segments}
    if request.name is None:
        return names.suggest(facts.origin.path, taken)
    name = names.check(request.name)
    if name in taken or paths.segment_key(name) in keys:
        raise Refused(
            f"The name {name} is taken.", f"Choose another one, such as {names.suggest(name, taken)}."
        )
    return name
