"""How much room a snapshot has for changes, what that costs, and more of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import exception_store, stores
from tui.backend.errors import Refused
from tui.backend.kernel.dm_status import Health

if TYPE_CHECKING:
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.origins import Origin
    from tui.backend.plan import Step
    from tui.backend.sandboxes.engines.wanted import Wanted


def largest(origin: Origin) -> int | None:
    """The size that has room for a change of every chunk, of the usual ones."""
    if origin.size is None:
        return None
    chunk = max(exception_store.DEFAULT_CHUNK, origin.sector)
    return exception_store.cannot_overflow(origin.size, chunk, exception_store.PERSISTENT)


def cost(size: int) -> int:
    """The RAM that a full store takes: its size."""
    return size


def size(sandbox: Sandbox) -> int | None:
    """That of the COW device."""
    return sandbox.store_size


def open_promise(sandbox: Sandbox) -> int:
    """What the kernel may still write to the COW device."""
    status = sandbox.status
    if status.health in (Health.OVERFLOW, Health.INVALID):
        return 0  # it writes nothing more
    if status.total is not None and status.used is not None:
        return status.total - status.used
    return sandbox.store_size or 0 if sandbox.map is not None or sandbox.cow_loop is not None else 0


def growth(sandbox: Sandbox, wanted: Wanted) -> int:
    """At most what cannot overflow. Refused where that is so already, or nothing tells how it was made."""
    record = sandbox.record
    if record is None or not record.chunk or sandbox.map is None:
        raise Refused(
            f"The record of {sandbox.name} is missing or damaged, so it is not known how it was made.",
            "It can be used and removed as ever, but not grown.",
        )
    maximum = exception_store.cannot_overflow(sandbox.map.size, record.chunk, record.policy)
    fit = exception_store.fit(wanted.in_bytes(sandbox.map.size, maximum), record.chunk, record.policy)
    if min(fit, maximum) <= wanted.old and wanted.old >= maximum and not sandbox.overflowed:
        raise Refused(
            f"{sandbox.name} cannot overflow as it is: there is nothing to gain.", "Leave it as it is."
        )
    return min(fit, maximum)


def enlarge(sandbox: Sandbox, old: int, new: int, udev: bool) -> tuple[Step, ...]:
    """As the store that it has does that."""
    return stores.of(sandbox).enlarge(sandbox, old, new, udev)


def clear(sandbox: Sandbox) -> tuple[Step, ...]:
    """As the store that it has wants it."""
    return stores.of(sandbox).clear(sandbox)


def settle(sandbox: Sandbox, udev: bool) -> tuple[Step, ...]:
    """As the store that it has does that."""
    return stores.of(sandbox).settle(sandbox, udev)
