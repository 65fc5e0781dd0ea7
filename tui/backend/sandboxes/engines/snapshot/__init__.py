"""By block: a device-mapper snapshot, its changes in a store of RAM."""

from tui.backend.paths import device
from tui.backend.sandboxes.engines.snapshot.create import draft
from tui.backend.sandboxes.engines.snapshot.room import (
    cost,
    enlarge,
    growth,
    largest,
    open_promise,
    settle,
    size,
)
from tui.backend.sandboxes.engines.snapshot.told import changes, made_of, mount_again

__all__ = [
    "bounded",
    "changes",
    "cost",
    "device",
    "draft",
    "enlarge",
    "growth",
    "how",
    "largest",
    "made_of",
    "mount_again",
    "open_promise",
    "settle",
    "size",
]

how = "by block"
bounded = True
