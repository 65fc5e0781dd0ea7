"""How much room an overlay has for changes, what that costs, and more of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.overlayfs import INODE, cost, fit
from tui.backend.stores import layers

if TYPE_CHECKING:
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.origins import Origin
    from tui.backend.plan import Step
    from tui.backend.sandboxes.engines.wanted import Wanted

__all__ = ["clear", "cost", "enlarge", "growth", "largest", "open_promise", "settle", "size"]
_LISTS = 2
"""How often a list of what is in an origin comes into RAM once more when it is compared: made, and sorted."""


def largest(origin: Origin) -> int | None:
    """There is none: new files can be of any size."""
    del origin
    return None


def size(sandbox: Sandbox) -> int | None:
    """That of its tmpfs."""
    return sandbox.status.total


def open_promise(sandbox: Sandbox) -> int:
    """What bytes and files may still come into its store, and what comparing its lists takes."""
    status = sandbox.status
    lists = _LISTS * sandbox.listed
    if status.total is None or status.used is None or status.files is None:
        return lists
    used, total = status.files
    return status.total - status.used + (total - used) * INODE + lists


def growth(sandbox: Sandbox, wanted: Wanted) -> int:
    """As large as one likes."""
    record = sandbox.record
    return fit(wanted.in_bytes(record.origin_size if record else None, None))


def enlarge(sandbox: Sandbox, old: int, new: int, _udev: bool) -> tuple[Step, ...]:
    """Another limit for the tmpfs."""
    return layers.grow(sandbox.name, old, new)


def clear(_sandbox: Sandbox) -> tuple[Step, ...]:
    """It goes with its mount."""
    return ()


def settle(_sandbox: Sandbox, _udev: bool) -> tuple[Step, ...]:
    """A limit that was set is in use."""
    return ()
