"""The stores: where the changes of a snapshot live. Whoever needs what depends on one asks here.

Each is a module with the functions of `Store`. (An overlay's layers are in a tmpfs of their own: `layers`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.backend.stores import ramdisk, tmpfs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.abilities import Abilities
    from tui.backend.inventory.sandboxes import Sandbox
    from tui.backend.plan import Step
    from tui.backend.stores.made import Made


class Store(Protocol):
    """One kind of store, `title` for people; `gives_back`: its RAM comes back as soon as it goes. Sizes are
    in bytes.
    """

    title: str
    gives_back: bool

    def survey(self, host: Host, inventory: Inventory, /) -> Inventory:
        """The reading with what else has to be known to make one."""

    def make(self, name: str, size: int, inventory: Inventory, able: Abilities, /) -> Made:
        """The steps that make one. Refused where there is no place for it."""

    def enlarge(self, sandbox: Sandbox, old: int, new: int, udev: bool, /) -> tuple[Step, ...]:
        """The steps that make it larger while it is in use. Refused where that cannot be."""

    def settle(self, sandbox: Sandbox, udev: bool, /) -> tuple[Step, ...]:
        """The steps that bring it back to the size in use, when it was interrupted while it grew."""


STORES: Mapping[str, Store] = {"tmpfs": tmpfs, "ramdisk": ramdisk}
"""By the names that records and requests have; the usual one first."""


def of(sandbox: Sandbox) -> Store:
    """The store that a sandbox has, by what there is of it."""
    return tmpfs if sandbox.cow_loop is not None else ramdisk
