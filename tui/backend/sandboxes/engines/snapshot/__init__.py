"""By block: a device-mapper snapshot, its changes in a store of RAM."""

from tui.backend.inventory.engines import snapshot
from tui.backend.sandboxes.engines.snapshot.choice import check, own_option, takes
from tui.backend.sandboxes.engines.snapshot.create import draft
from tui.backend.sandboxes.engines.snapshot.mount import mount
from tui.backend.sandboxes.engines.snapshot.room import (
    clear,
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

name = snapshot.name
unit = "block"
needs = "device-mapper"
bounded = True
replays = True
