"""Enlarging a sandbox's store while the sandbox is in use."""

from dataclasses import dataclass, replace

from tui.backend import requirements, sizes
from tui.backend.engines import OVERLAY, exception_store, overlay
from tui.backend.errors import Refused, UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities, blockers
from tui.backend.inventory.record import SCHEMA
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.inventory.status import Health
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import frame, memory, ownership, remove, repair
from tui.backend.stores import layers, ramdisk, tmpfs


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
        remove.check(sandbox, blockers.read(host, sandbox))
    made = plan(sandbox, size, inventory, udev=abilities.read(host).udev)
    requirements.check(host, made.plan)
    return made


def plan(sandbox: Sandbox, size: str, inventory: Inventory, *, udev: bool) -> Prepared:
    """The plan for one sandbox. Pure."""
    old = _current(sandbox)
    new = _target(sandbox, size, old, inventory)
    if new < old or (new == old and not sandbox.overflowed):  # a repair that failed may have enlarged it
        raise _too_small(sandbox, old)
    memory.check(_cost(sandbox, new) - _cost(sandbox, old), inventory.memory, inventory.sandboxes)
    write, put = _note(sandbox, new)
    before = (frame.begin(sandbox.name, "grow"), *write)
    enlarge, end = _store_steps(sandbox, old, new, udev), frame.end(sandbox.name, "grow")
    if not sandbox.overflowed:
        steps = (*before, *enlarge)
        return Prepared(Plan("grow", sandbox.name, (*steps, *put, end), commit=len(steps)), new)
    steps = (*before, *repair.enlarged(enlarge), *put, *repair.steps(sandbox, udev=udev))
    made = Plan("grow", sandbox.name, (*steps, end), repair.notes(sandbox), commit=len(steps))
    return Prepared(made, new)


def _note(sandbox: Sandbox, size: int) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Write the record with the new size, and put it in place. One of a newer version is left as it is."""
    if sandbox.record is None or sandbox.record.schema > SCHEMA:
        return (), ()
    write, put = frame.note_anew(replace(sandbox.record, size=size))
    return (write,), (put,)


def _cost(sandbox: Sandbox, size: int) -> int:
    return overlay.cost(size) if sandbox.engine == OVERLAY else size


def _current(sandbox: Sandbox) -> int:
    """The size of the store in bytes, for a sandbox that can grow; Refused for others."""
    status = sandbox.status
    if sandbox.interrupted:
        raise Refused(
            f"{sandbox.name} is not whole.", "`sandbox-tui recover` clears what an interruption left."
        )
    if status.health is Health.INVALID:
        raise Refused(
            f"{sandbox.name} is BROKEN: its contents are gone.",
            f"Remove it: sandbox-tui remove {sandbox.name}.",
        )
    size = sandbox.store_size if status.health is Health.OVERFLOW else status.total
    if size is None:
        raise Refused(
            f"The fill of {sandbox.name} is unknown ({status.raw or 'no status'}).", "Try again as root."
        )
    return size


def _target(sandbox: Sandbox, text: str, old: int, inventory: Inventory) -> int:
    record = sandbox.record
    if sandbox.engine == OVERLAY:
        known = record.origin_size if record else None
        return overlay.fit(_wanted(text, old, known, inventory, None))
    if record is None or sandbox.map is None:
        raise Refused(
            f"The record of {sandbox.name} is missing or damaged, so it is not known how it was made.",
            "It can be used and removed as ever, but not grown.",
        )
    maximum = exception_store.cannot_overflow(sandbox.map.size, record.chunk, record.policy)
    wanted = _wanted(text, old, sandbox.map.size, inventory, maximum)
    return min(exception_store.fit(wanted, record.chunk, record.policy), maximum)


def _wanted(text: str, old: int, origin: int | None, inventory: Inventory, maximum: int | None) -> int:
    """The size that a text means, in bytes; `origin` and `maximum` as for a size request."""
    request = sizes.parse(text.removeprefix("+"))
    wanted = request.in_bytes(origin=origin, ram=inventory.memory.total, maximum=maximum)
    if not text.startswith("+"):
        return wanted
    if request.unit == "max":
        raise UsageError("'+max' makes no sense.", "Write max: the size that cannot overflow.")
    return wanted + old


def _too_small(sandbox: Sandbox, old: int) -> Refused:
    record = sandbox.record
    size = sandbox.map.size if sandbox.map else 0
    if record and sandbox.map and old >= exception_store.cannot_overflow(size, record.chunk, record.policy):
        return Refused(
            f"{sandbox.name} cannot overflow as it is: there is nothing to gain.", "Leave it as it is."
        )
    return Refused(
        f"{sandbox.name} already has {sizes.show(old)}: a store can only grow.",
        "Give a larger size, or +SIZE to add to what there is.",
    )


def _store_steps(sandbox: Sandbox, old: int, new: int, udev: bool) -> tuple[Step, ...]:
    if sandbox.engine == OVERLAY:
        return layers.grow(sandbox.name, old, new)
    if sandbox.cow_loop is not None:
        if not repair.has_store(sandbox):
            raise Refused(
                f"The store of {sandbox.name} is mounted nowhere any more: the mount namespace that it was"
                " made in has ended.",
                "It can be used and removed as ever, but not grown.",
            )
        return tmpfs.grow(sandbox.name, sandbox.cow_loop.path, old, new)
    cut = sandbox.cut
    if cut is None:
        raise Refused(
            f"{sandbox.name} lives on a whole RAM disk, as the classic recipe has it; that cannot grow.",
            "Make it larger from the start, or use the default store.",
        )
    return ramdisk.grow(sandbox.name, new, f"/dev/{cut.slaves[0]}", udev)
