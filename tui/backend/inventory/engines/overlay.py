"""An overlay of overlayfs: what is read of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.gauge import ADVICE, Gauge, State, part, state_of

if TYPE_CHECKING:
    from tui.backend.inventory.pieces import Pieces

name = "overlay"
modules = {"overlay": "the overlay engine"}
once = True
_ADVICE = {
    **ADVICE,
    State.FULL: "Programs get: no space left. Nothing is lost. Grow it, or delete what is new in it.",
}


def is_of(sandbox: Pieces) -> bool:
    """An origin is mounted as its lower layer, and there is no map."""
    return sandbox.map is None and sandbox.has(paths.LOWER)


def is_whole(sandbox: Pieces) -> bool:
    """Both its layers are there."""
    return sandbox.has(paths.LOWER) and sandbox.has(paths.STORE)


def device(name: str) -> None:
    """It has none: it is a mount."""
    del name


def origin(sandbox: Pieces) -> str | None:
    """What its lower layer is mounted from."""
    return sandbox.below


def overflowed(sandbox: Pieces) -> bool:
    """A full one goes on: programs are told that there is no room."""
    del sandbox
    return False


def gauge(sandbox: Pieces) -> Gauge:
    """That of its store, which is as full as the fuller of bytes and files."""
    status = sandbox.status
    fills = [part(status.used, status.total), part(*status.files) if status.files else 0.0]
    state = State.UNKNOWN if status.total is None else state_of(max(fills))
    return Gauge(state, status.used, status.total, status.files, _ADVICE.get(state, ""))
