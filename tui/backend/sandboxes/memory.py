"""How much RAM may still be promised: counted over all sandboxes, not only what they use."""

from collections.abc import Iterable

from tui.backend import sizes, stores
from tui.backend.errors import Refused
from tui.backend.host import Host, Memory
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.sandboxes import engines
from tui.backend.sandboxes.reserve import reserve
from tui.backend.text import clean


def promised(sandboxes: tuple[Sandbox, ...]) -> int:
    """Bytes that the sandboxes may still take beyond what they use now."""
    return sum(_open_promise(sandbox) for sandbox in sandboxes)


def free(memory: Memory, sandboxes: tuple[Sandbox, ...], *, pinned: bool = False) -> int:
    """Bytes that a new promise can be made of, of memory that is `pinned` or not; never below 0."""
    return max(memory.available - promised(sandboxes) - _kept(memory, sandboxes, pinned=pinned), 0)


def check(size: int, memory: Memory, sandboxes: tuple[Sandbox, ...], *, pinned: bool = False) -> None:
    """Refuse a promise of `size` more bytes that the machine could not keep, with the numbers."""
    found, show = free(memory, sandboxes, pinned=pinned), sizes.show
    if size <= found:
        return
    kept = show(_kept(memory, sandboxes, pinned=pinned))
    raise Refused(
        f"{show(size)} of RAM are wanted, but only {show(found)} can be promised:"
        f" {show(memory.available)} are available{_by(memory)}, {show(promised(sandboxes))} of them are"
        f" promised to other sandboxes, and {kept} are kept for the machine.",
        "Choose a smaller size, or remove a sandbox.",
    )


def given_back(host: Host, gone: Iterable[Sandbox]) -> str:
    """Sentences on the RAM that the stores of sandboxes held, which are gone; empty for nothing."""
    found = [(stores.of(sandbox).name, sandbox.status.used or 0) for sandbox in gone]
    held = {name: sum(used for of, used in found if of == name) for name, _ in found}
    back = (store.back(host, held[name]) for name, store in stores.STORES.items() if name in held)
    return " ".join(filter(None, back))


def _kept(memory: Memory, sandboxes: tuple[Sandbox, ...], *, pinned: bool) -> int:
    """What is left to the machine: more as soon as there is any memory that is pinned."""
    return reserve(memory, pinned=pinned or any(stores.of(sandbox).pinned for sandbox in sandboxes))


def _by(memory: Memory) -> str:
    return f" (the limit of the control group {clean(memory.limit)})" if memory.limit else ""


def _open_promise(sandbox: Sandbox) -> int:
    if sandbox.status.total is None and (sandbox.foreign is not None or sandbox.running):
        return _all_of(sandbox)
    return engines.of(sandbox.engine).open_promise(sandbox)


def _all_of(sandbox: Sandbox) -> int:
    """The whole store, for one whose fill cannot be read from here, or that is just being made."""
    record = sandbox.record
    if record is None:
        return sandbox.cow_loop.size if sandbox.cow_loop is not None else 0
    return engines.of(sandbox.engine).cost(record.size)
