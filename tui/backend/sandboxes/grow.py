"""Enlarging a sandbox's store while the sandbox is in use."""

from dataclasses import dataclass, replace

from tui.backend import requirements, sizes
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities, blockers
from tui.backend.inventory.record import SCHEMA
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.dm_status import Health
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import engines, frame, memory, ownership, remove, repair
from tui.backend.sandboxes.engines.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Prepared:
    """The plan, and the size in bytes that the store will have."""

    plan: Plan
    size: int


def prepare(host: Host, inventory: Inventory, name: str, size: str) -> Prepared:
    """The plan to grow a sandbox to a size, or by one (`+512M`); a full snapshot is repaired by it, for
    which nothing may use it. UsageError, NotFound, Refused.
    """
    sandbox = ownership.check(inventory.sandbox(name))
    if sandbox.overflowed and not sandbox.interrupted:
        remove.check(sandbox, blockers.read(inventory, sandbox))
    made = plan(sandbox, size, inventory, udev=abilities.read(host).udev)
    requirements.check(host, made.plan)
    return made


def plan(sandbox: Sandbox, size: str, inventory: Inventory, *, udev: bool) -> Prepared:
    """The plan for one sandbox. Pure."""
    engine, old = engines.of(sandbox.engine), _current(sandbox)
    new = engine.growth(sandbox, Wanted(size, old, inventory.memory.total))
    if new < old or (new == old and not sandbox.overflowed):  # a repair that failed may have enlarged it
        raise Refused(
            f"{sandbox.name} already has {sizes.show(old)}: a store can only grow.",
            "Give a larger size, or +SIZE to add to what there is.",
        )
    memory.check(engine.cost(new) - engine.cost(old), inventory.memory, inventory.sandboxes)
    write, put = _note(sandbox, new)
    begin, end = frame.begin(sandbox.name, "grow"), frame.end(sandbox.name, "grow")
    enlarge = engine.enlarge(sandbox, old, new, udev)
    if not sandbox.overflowed:
        return _prepared(sandbox, new, (begin, *write, *enlarge), (*put, end))
    steps = (begin, *write, *repair.enlarged(enlarge), *put, *repair.steps(sandbox, udev=udev))
    return _prepared(sandbox, new, steps, (end,), repair.notes(sandbox))


def _prepared(
    sandbox: Sandbox, size: int, steps: tuple[Step, ...], last: tuple[Step, ...], notes: tuple[str, ...] = ()
) -> Prepared:
    """A plan whose `last` steps are not taken back."""
    name = sandbox.name
    return Prepared(Plan("grow", name, (*steps, *last), notes, commit=len(steps), sandboxes=(name,)), size)


def _note(sandbox: Sandbox, size: int) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Write the record with the new size, and put it in place. One of a newer version is left as it is."""
    if sandbox.record is None or sandbox.record.schema > SCHEMA:
        return (), ()
    write, put = frame.replace_note(replace(sandbox.record, size=size))
    return (write,), (put,)


def _current(sandbox: Sandbox) -> int:
    """The size of the store in bytes, for a sandbox that can grow; Refused for others."""
    status = ownership.check_whole(sandbox).status
    if status.health is Health.INVALID:
        raise ownership.broken(sandbox)
    size = sandbox.store_size if status.health is Health.OVERFLOW else status.total
    if size is None:
        raise Refused(
            f"The fill of {sandbox.name} is unknown ({status.raw or 'no status'}).", "Try again as root."
        )
    return size
