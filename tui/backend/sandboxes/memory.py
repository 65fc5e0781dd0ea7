"""How much RAM may still be promised: counted over all sandboxes, not only what they use."""

from collections.abc import Iterable

from tui.backend import sizes
from tui.backend.engines import OVERLAY, overlay
from tui.backend.errors import Refused
from tui.backend.host import Host, Memory
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.inventory.status import Health, Status
from tui.backend.sandboxes.request import RAMDISK
from tui.backend.text import clean

MIB = 1 << 20
_LISTS = 2
"""How often a list of what is in an origin comes into RAM once more when it is compared: made, and sorted."""
LEAST = 64 * MIB
"""The smallest size that is offered by default."""


def reserve(memory: Memory) -> int:
    """Bytes that are left to the machine: 5 % of its RAM, at least 128 MiB."""
    return max(memory.total // 20, 128 * MIB)


def promised(sandboxes: tuple[Sandbox, ...]) -> int:
    """Bytes that the sandboxes may still take beyond what they use now."""
    return sum(_open_promise(sandbox) for sandbox in sandboxes)


def free(memory: Memory, sandboxes: tuple[Sandbox, ...]) -> int:
    """Bytes that a new promise can be made of; never below 0."""
    return max(memory.available - promised(sandboxes) - reserve(memory), 0)


def default_size(memory: Memory, sandboxes: tuple[Sandbox, ...], maximum: int | None) -> int:
    """A quarter of what is free, at least 64 MiB, at most what cannot overflow (bytes; None: there
    is no such size).
    """
    usual = max(free(memory, sandboxes) // 4, LEAST)
    return usual if maximum is None else min(usual, maximum)


def check(size: int, memory: Memory, sandboxes: tuple[Sandbox, ...]) -> None:
    """Refuse a promise of `size` more bytes that the machine could not keep, with the numbers."""
    if size <= free(memory, sandboxes):
        return
    show = sizes.show
    raise Refused(
        f"{show(size)} of RAM are wanted, but only {show(free(memory, sandboxes))} can be promised:"
        f" {show(memory.available)} are available{_by(memory)}, {show(promised(sandboxes))} of them are"
        f" promised to other sandboxes, and {show(reserve(memory))} are kept for the machine.",
        "Choose a smaller size, or remove a sandbox.",
    )


def given_back(host: Host, gone: Iterable[Sandbox]) -> str:
    """A sentence on the RAM that the stores of sandboxes held, which are gone; empty for nothing. A RAM disk
    keeps its memory as long as brd is loaded.
    """
    kept = host.kind("/sys/module/brd") is not None
    stores = [box for box in gone if not (kept and box.record and box.record.store == RAMDISK)]
    held = sum(box.status.used or 0 for box in stores)
    return f"{sizes.show(held)} of RAM came back." if held else ""


def _by(memory: Memory) -> str:
    return f" (the limit of the control group {clean(memory.limit)})" if memory.limit else ""


def _open_promise(sandbox: Sandbox) -> int:
    status = sandbox.status
    if sandbox.foreign is not None and status.total is None:
        return _all_of(sandbox)
    if sandbox.engine == OVERLAY:
        return _open_layers(status) + _LISTS * sandbox.listed
    if status.health in (Health.OVERFLOW, Health.INVALID):
        return 0  # the kernel writes nothing more to its COW device
    if status.total is not None and status.used is not None:
        return status.total - status.used
    return sandbox.store_size or 0 if sandbox.map is not None or sandbox.cow_loop is not None else 0


def _all_of(sandbox: Sandbox) -> int:
    """The whole store, for one whose fill cannot be read from here."""
    record = sandbox.record
    if record is None:
        return sandbox.cow_loop.size if sandbox.cow_loop is not None else 0
    return overlay.cost(record.size) if record.engine == OVERLAY else record.size


def _open_layers(status: Status) -> int:
    """What bytes and files may still come into an overlay's store."""
    if status.total is None or status.used is None or status.files is None:
        return 0
    used, total = status.files
    return status.total - status.used + (total - used) * overlay.INODE
