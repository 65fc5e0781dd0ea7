"""Enlarging a sandbox's store while the sandbox is in use."""

from tui.backend import sizes
from tui.backend.engines import exception_store
from tui.backend.errors import Refused, UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.inventory.status import Health
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import frame, memory
from tui.backend.stores import ramdisk, tmpfs


def prepare(host: Host, inventory: Inventory, name: str, size: str) -> Plan:
    """The plan to grow a sandbox to a size, or by one (`+512M`). UsageError, NotFound, Refused."""
    return plan(inventory.sandbox(name), size, inventory, udev=abilities.read(host).udev)


def plan(sandbox: Sandbox, size: str, inventory: Inventory, *, udev: bool) -> Plan:
    """The plan for one sandbox. Pure."""
    old = _current(sandbox)
    new = _target(sandbox, size, old, inventory)
    if new <= old:
        raise _too_small(sandbox, old)
    memory.check(new - old, inventory.memory, inventory.sandboxes)
    steps = (frame.begin(sandbox.name, "grow"), *_store_steps(sandbox, old, new, udev))
    return Plan("grow", sandbox.name, (*steps, frame.end(sandbox.name, "grow")), commit=len(steps))


def _current(sandbox: Sandbox) -> int:
    """The size of the store in bytes, for a sandbox that can grow; Refused for others."""
    status = sandbox.status
    if sandbox.map is None or sandbox.busy is not None:
        raise Refused(
            f"{sandbox.name} is not whole.", "`sandbox-tui recover` clears what an interruption left."
        )
    if status.health is Health.OVERFLOW:
        raise Refused(
            f"{sandbox.name} is FULL: the kernel lets a snapshot grow only before that.",
            "All in it can still be read: copy out what you need, then remove it and make a larger one.",
        )
    if status.health is Health.INVALID:
        raise Refused(
            f"{sandbox.name} is BROKEN: its contents are gone.",
            f"Remove it: sandbox-tui remove {sandbox.name}.",
        )
    if status.total is None:
        raise Refused(
            f"The fill of {sandbox.name} is unknown ({status.raw or 'no status'}).", "Try again as root."
        )
    return status.total


def _target(sandbox: Sandbox, text: str, old: int, inventory: Inventory) -> int:
    record = sandbox.record
    if record is None or sandbox.map is None:
        raise Refused(
            f"The record of {sandbox.name} is missing or damaged, so it is not known how it was made.",
            "It can be used and removed as ever, but not grown.",
        )
    maximum = exception_store.cannot_overflow(sandbox.map.size, record.chunk, record.policy)
    request = sizes.parse(text.removeprefix("+"))
    wanted = request.in_bytes(origin=sandbox.map.size, ram=inventory.memory.total, maximum=maximum)
    if text.startswith("+"):
        if request.unit == "max":
            raise UsageError("'+max' makes no sense.", "Write max: the size that cannot overflow.")
        wanted += old
    return min(exception_store.fit(wanted, record.chunk, record.policy), maximum)


def _too_small(sandbox: Sandbox, old: int) -> Refused:
    record = sandbox.record
    size = sandbox.map.size if sandbox.map else 0
    if record and old >= exception_store.cannot_overflow(size, record.chunk, record.policy):
        return Refused(
            f"{sandbox.name} cannot overflow as it is: there is nothing to gain.", "Leave it as it is."
        )
    return Refused(
        f"{sandbox.name} already has {sizes.show(old)}: a store can only grow.",
        "Give a larger size, or +SIZE to add to what there is.",
    )


def _store_steps(sandbox: Sandbox, old: int, new: int, udev: bool) -> tuple[Step, ...]:
    if sandbox.cow_loop is not None:
        return tmpfs.grow(sandbox.name, sandbox.cow_loop.path, old, new)
    cut = next((entry for entry in sandbox.helpers if entry.name == f"{sandbox.name}:cow"), None)
    if cut is None:
        raise Refused(
            f"{sandbox.name} lives on a whole RAM disk, as the classic recipe has it; that cannot grow.",
            "Make it larger from the start, or use the default store.",
        )
    return ramdisk.grow(sandbox.name, new, f"/dev/{cut.slaves[0]}", udev)
