"""By file: overlayfs over a read-only origin, its changes in a tmpfs."""

from tui.backend.inventory.engines import overlay
from tui.backend.sandboxes.engines.overlay.choice import check, own_option, takes
from tui.backend.sandboxes.engines.overlay.create import draft
from tui.backend.sandboxes.engines.overlay.room import (
    clear,
    cost,
    enlarge,
    growth,
    largest,
    open_promise,
    settle,
    size,
)
from tui.backend.sandboxes.engines.overlay.told import changes, made_of, mount, mount_again

__all__ = [
    "bounded",
    "changes",
    "check",
    "clear",
    "cost",
    "draft",
    "enlarge",
    "growth",
    "largest",
    "made_of",
    "mount",
    "mount_again",
    "name",
    "needs",
    "open_promise",
    "own_option",
    "replays",
    "settle",
    "size",
    "takes",
    "unit",
]

name = overlay.name
unit = "file"
needs = "overlayfs"
bounded = False
replays = False
