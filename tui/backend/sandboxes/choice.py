"""Which engine makes a sandbox, and why that one."""

from dataclasses import dataclass

from tui.backend import origins, stores
from tui.backend.errors import UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities
from tui.backend.inventory.abilities import Abilities, Lacks
from tui.backend.origins import Origin
from tui.backend.sandboxes.engines import ENGINES
from tui.backend.sandboxes.request import AUTO, CreateRequest


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine and the reason for it, as the end of a sentence; empty where it was asked for."""

    engine: str
    reason: str


@dataclass(frozen=True, slots=True)
class Usual:
    """What would be chosen for an origin: the engine, by its name, and whether the memory of its store cannot
    be swapped out.
    """

    origin: Origin
    engine: str
    pinned: bool = False


def usual(host: Host, inventory: Inventory, text: str) -> Usual:
    """What would be chosen here for the origin that a text names. Raises what finding an origin raises."""
    origin, request = origins.find(host, inventory, text), CreateRequest(text)
    engine = likely(request, origin, lacks(host, abilities.read(host), request, origin))
    return Usual(
        origin, engine, ENGINES[engine].bounded and stores.choose(AUTO, stores.lacks(host))[0].pinned
    )


def lacks(host: Host, able: Abilities, request: CreateRequest, origin: Origin) -> Lacks:
    """What the engines lack here, as far as it matters: others than the usual one where that is not wanted,
    or does not work.
    """
    usual = next(iter(ENGINES))
    others = request.engine not in (AUTO, usual) or not ENGINES[usual].takes(origin)
    return abilities.lacks(host, able, others=others)


def likely(request: CreateRequest, origin: Origin, lacks: Lacks) -> str:
    """The engine that is asked for, else the first that the origin and this machine allow. Pure."""
    if request.engine != AUTO:
        return request.engine
    if owner := _owner(request):
        return owner
    fit = [name for name, engine in ENGINES.items() if engine.takes(origin)]
    return next((name for name in fit if not lacks.engines[name]), fit[-1])


def choose(request: CreateRequest, origin: Origin, lacks: Lacks) -> Choice:
    """The engine for a request. Pure. Refused or UsageError where none will do, saying why."""
    owner, name = _owner(request), likely(request, origin, lacks)
    if owner and owner != name:
        option = ENGINES[owner].own_option(request)
        raise UsageError(
            f"{option} needs the {owner} engine, which has a device of its own.", "Leave out one of them."
        )
    ENGINES[name].check(request, origin, lacks)
    return Choice(name, _reason(request, origin, lacks, name))


def _owner(request: CreateRequest) -> str:
    """The engine of which a request has an option that no other one has, empty for none."""
    return next((name for name, engine in ENGINES.items() if engine.own_option(request)), "")


def _reason(request: CreateRequest, origin: Origin, lacks: Lacks, name: str) -> str:
    engine = ENGINES[name]
    if request.engine != AUTO:
        return ""
    if option := engine.own_option(request):
        return f"{option} asks for it"
    how = f"{engine.unit} by {engine.unit}"
    if origin.directory:
        return f"{how}, as a directory can only be"
    problem = next(filter(None, lacks.engines.values()), None)
    return f"{how}, for {problem.cause}" if problem else f"{how}, for this kernel has {engine.needs}"
