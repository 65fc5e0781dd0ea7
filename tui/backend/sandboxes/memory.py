"""How much RAM may still be promised: counted over all sandboxes, not only what they use."""

from collections.abc import Iterable

from tui.backend import sizes
from tui.backend.errors import Refused
from tui.backend.host import Host, Memory
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.sandboxes import engines
from tui.backend.sandboxes.reserve import reserve
from tui.backend.stores import STORES
from tui.backend.text import clean


def promised(sandboxes: tuple[Sandbox, ...]) -> int:
    """Bytes that the sandboxes may still take beyond what they use now."""
    return sum(_open_promise(sandbox) for sandbox in sandboxes)


def free(memory: Memory, sandboxes: tuple[Sandbox, ...]) -> int:
    """Bytes that a new promise can be made of; never below 0."""
    return max(memory.available - promised(sandboxes) - reserve(memory), 0)


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
    held = sum(box.status.used or 0 for box in gone if not (kept and _is_kept(box)))
    return f"{sizes.show(held)} of RAM came back." if held else ""


def _is_kept(sandbox: Sandbox) -> bool:
    store = STORES.get(sandbox.record.store) if sandbox.record else None
    return store is not None and not store.gives_back


def _by(memory: Memory) -> str:
    return f" (the limit of the control group {clean(memory.limit)})" if memory.limit else ""


def _open_promise(sandbox: Sandbox) -> int:
    if sandbox.foreign is not None and sandbox.status.total is None:
        return _all_of(sandbox)
    return engines.of(sandbox.engine).open_promise(sandbox)


def _all_of(sandbox: Sandbox) -> int:
    """The whole store, for one whose fill cannot be read from here."""
    record = sandbox.record
    if record is None:
        return sandbox.cow_loop.size if sandbox.cow_loop is not None else 0
    return engines.of(sandbox.engine).cost(record.size)
