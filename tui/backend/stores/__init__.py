"""The stores: where the changes of a snapshot live. Whoever needs what depends on one asks here.

Each is a module with the functions of `Store`. (An overlay's layers are in a tmpfs of their own: `layers`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.backend.stores import ram, ramdisk, tmpfs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.abilities import Abilities
    from tui.backend.inventory.sandbox import Sandbox, Sandboxes
    from tui.backend.plan import Step
    from tui.backend.stores.made import Made


class Store(Protocol):
    """One kind of store, `title` for people; `modules` are those of the kernel's that it needs, each with
    what for; `pinned`: its memory cannot be swapped out, and no control group is charged for it. Sizes are in
    bytes.
    """

    name: str
    title: str
    modules: Mapping[str, str]
    pinned: bool

    def is_of(self, sandbox: Sandbox, /) -> bool:
        """Whether what there is of a sandbox has it."""

    def make(self, name: str, size: int, inventory: Inventory, able: Abilities, /) -> Made:
        """The steps that make one. Refused where there is no place for it."""

    def enlarge(self, sandbox: Sandbox, old: int, new: int, udev: bool, /) -> tuple[Step, ...]:
        """The steps that make it larger while it is in use; none that is in use is made smaller by an undo.
        Refused where that cannot be.
        """

    def settle(self, sandbox: Sandbox, udev: bool, /) -> tuple[Step, ...]:
        """The steps that bring it back to the size in use, when it was interrupted while it grew."""

    def cow(self, sandbox: Sandbox, /) -> str:
        """The path of the COW device."""

    def clear(self, sandbox: Sandbox, /) -> tuple[Step, ...]:
        """What else is done with it before the sandbox's map goes."""

    def release(self, sandbox: Sandbox, /) -> tuple[Step, ...]:
        """What is done with it after the sandbox's maps have gone, beside detaching its loop devices and
        unmounting what is in its directory.
        """

    def back(self, host: Host, held: int, /) -> str:
        """A sentence on the RAM that came back from sandboxes that `held` so much; empty for none."""

    def survey_end(self, inventory: Inventory, gone: Sandboxes, able: Abilities, /) -> Abilities:
        """The abilities with what has to be known before some of the sandboxes go."""

    def end(self, gone: Sandboxes, able: Abilities, /) -> tuple[Step, ...]:
        """The steps that take away what goes with the last of them."""

    def notes_of_end(self, gone: Sandboxes, able: Abilities, /) -> tuple[str, ...]:
        """What to know where that stays."""


STORES: Mapping[str, Store] = {store.name: store for store in (tmpfs, ram, ramdisk)}
"""By the names that records and requests have; the usual one first."""
USUAL = next(iter(STORES))


def of(sandbox: Sandbox) -> Store:
    """The store that a sandbox has: what its record says, unless what there is tells of another one."""
    noted = STORES.get(sandbox.record.store if sandbox.record else USUAL, STORES[USUAL])
    return next((store for store in (noted, *STORES.values()) if store.is_of(sandbox)), noted)
