"""Making a sandbox: from a request and readings of the machine to a plan."""

from dataclasses import dataclass, replace

from tui.backend import names, requirements, sizes
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.record import Record
from tui.backend.origins import Origin
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
    origin = _usable(facts.origin)
    name = _name(request, facts)
    chosen = choice.choose(request, origin, facts.lacks)
    engine = engines.of(chosen.engine)
    made = engine.draft(request, facts, name)
    memory.check(engine.cost(made.record.size), facts.inventory.memory, facts.inventory.sandboxes)
    why = (f"Engine {chosen.engine}: {chosen.reason}.",) if chosen.reason else ()
    return Prepared(Plan("create", name, made.steps, notes=(*why, *made.notes)), made.record)


def settled(request: CreateRequest, prepared: Prepared) -> CreateRequest:
    """The request for just what was prepared: name, size and time no longer depend on a reading."""
    record = prepared.record
    return replace(request, name=record.name, size=sizes.of_bytes(record.size), created=record.created)


def _usable(origin: Origin) -> Origin:
    problem = origin.problem
    if problem is None:
        return origin
    usual = "`sandbox-tui devices` lists what can be an origin."
    raise Refused(f"{origin.path} cannot be an origin: {problem.cause}.", problem.remedy or usual)


def _name(request: CreateRequest, facts: Survey) -> str:
    taken = frozenset(sandbox.name for sandbox in facts.inventory.sandboxes)
    taken |= {device.path.removeprefix("/dev/mapper/") for device in facts.inventory.devices}
    if request.name is None:
        return names.suggest(facts.origin.path, taken)
    name = names.check(request.name)
    if name in taken:
        raise Refused(
            f"The name {name} is taken.", f"Choose another one, such as {names.suggest(name, taken)}."
        )
    return name
