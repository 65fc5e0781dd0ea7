"""By file: overlayfs over a read-only origin, its changes in a tmpfs."""

from tui.backend.sandboxes.engines.overlay.create import draft
from tui.backend.sandboxes.engines.overlay.room import (
    cost,
    enlarge,
    growth,
    largest,
    open_promise,
    settle,
    size,
)
from tui.backend.sandboxes.engines.overlay.told import changes, device, made_of, mount_again

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

how = "by file"
bounded = False
