"""What a sandbox is planned from, and what comes out of planning with an engine."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.backend.inventory import Inventory
from tui.backend.inventory.abilities import Abilities, Lacks
from tui.backend.inventory.record import Record
from tui.backend.origins import Origin
from tui.backend.plan import Step
from tui.backend.problem import Problem
from tui.backend.sandboxes.mounting import Target


@dataclass(frozen=True, slots=True)
class Survey:
    """All readings that a plan is made from. `target` None: its own place, or no mount at all;
    `target_inside`: it is in the origin directory. `unfinished`: the origin's journal is dirty
    (None: not known); `elsewhere` says why parts of the origin's file system may be on other devices,
    empty where there are none; `unreadable` tells why its disk is taken for a failing one, empty where it
    is not. `stores` tells why each store does not work here, None where it does. `free` are the bytes of RAM
    that a new promise can be made of, `free_pinned` of memory that cannot be swapped out.
    `namespace` is the number of our mount namespace. `kernel` are the first two
    numbers of its version, empty when unknown.
    """

    inventory: Inventory
    abilities: Abilities
    lacks: Lacks
    origin: Origin
    target: Target | None
    target_inside: bool
    unfinished: bool | None
    elsewhere: str
    unreadable: str
    stores: Mapping[str, Problem | None]
    free: int
    free_pinned: int
    namespace: int
    kernel: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What an engine makes of a request: the record of the sandbox, its steps, and what people
    should know. `pinned`: the memory of its store cannot be swapped out.
    """

    record: Record
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    pinned: bool = False
