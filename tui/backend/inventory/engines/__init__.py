"""What is read of a sandbox, by its engine. What is done with one is in `sandboxes.engines`.

Each engine is a module with the functions of `Engine`; nobody else asks which one a sandbox has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.backend.inventory.engines import overlay, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.gauge import Gauge
    from tui.backend.inventory.pieces import Pieces


class Engine(Protocol):
    """One engine: its `name`, and the kernel's `modules` that it needs, each with what it is. `once`: what it
    makes can be mounted at one place only. Everything is pure.
    """

    name: str
    modules: Mapping[str, str]
    once: bool

    def is_of(self, sandbox: Pieces, /) -> bool:
        """Whether what there is of a sandbox was made by it."""

    def is_whole(self, sandbox: Pieces, /) -> bool:
        """Whether all is there that one of it needs to be worked with."""

    def device(self, name: str, /) -> str | None:
        """The path of the writable device; None where it has none."""

    def origin(self, sandbox: Pieces, /) -> str | None:
        """The kernel name of the origin's device; None where that is unknown, or a directory."""

    def overflowed(self, sandbox: Pieces, /) -> bool:
        """Whether it is full so that it can only be read: growing it repairs it."""

    def gauge(self, sandbox: Pieces, /) -> Gauge:
        """How full it is."""


ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (snapshot, overlay)}
"""By the names that records and requests have; the usual one first."""


def is_whole(sandbox: Pieces) -> bool:
    """Whether all of some engine's is there."""
    return any(engine.is_whole(sandbox) for engine in ENGINES.values())


def of(sandbox: Pieces) -> str:
    """The name of a sandbox's engine: what the record says, if that is one which this version knows, unless
    what there is was made by another one.
    """
    noted = sandbox.record.engine if sandbox.record else ""
    if noted in ENGINES and (sandbox.foreign or not is_whole(sandbox) or ENGINES[noted].is_of(sandbox)):
        return noted
    usual = next(iter(ENGINES))
    return next((name for name, engine in ENGINES.items() if engine.is_of(sandbox)), usual)
