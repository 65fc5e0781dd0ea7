"""The stores: where the changes of a snapshot live. Whoever needs what depends on one asks here.

Each is a module with the functions of `Store`. (An overlay's layers are in a tmpfs of their own: `layers`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.backend.errors import Refused
from tui.backend.inventory import abilities
from tui.backend.stores import ram, ramdisk, tmpfs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.abilities import Abilities
    from tui.backend.inventory.sandbox import Sandbox, Sandboxes
    from tui.backend.plan import Step
    from tui.backend.problem import Problem
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


STORES: Mapping[str, Store] = {store.name: store for store in (ram, tmpfs, ramdisk)}
"""By the names that records and requests have."""
AUTO = "auto"
"""The first of those that are chosen by themselves and work here."""
_BY_ITSELF = (ram.name, tmpfs.name)


def of(sandbox: Sandbox) -> Store:
    """The store that a sandbox has: what its record says, unless what there is tells of another one."""
    usual = STORES[tmpfs.name]
    noted = STORES.get(sandbox.record.store, usual) if sandbox.record else usual
    return next((store for store in (noted, *STORES.values()) if store.is_of(sandbox)), noted)


def lacks(host: Host) -> dict[str, Problem | None]:
    """Why each store does not work here, by name; None where it does."""
    absent = {
        name: (abilities.lacks_module(host, module) for module in store.modules)
        for name, store in STORES.items()
    }
    return {name: next(filter(None, problems), None) for name, problems in absent.items()}


def choose(wanted: str, lacking: Mapping[str, Problem | None]) -> tuple[Store, str]:
    """The store that is asked for, and why it is that one, as the end of a sentence; empty where it was
    named. Refused where it does not work here.
    """
    if wanted == AUTO:
        best = next((name for name in _BY_ITSELF if not lacking[name]), _BY_ITSELF[-1])
        better = next((problem for name in _BY_ITSELF if name != best and (problem := lacking[name])), None)
        return STORES[best], f"for {better.cause}" if better else STORES[best].title
    if problem := lacking[wanted]:
        raise Refused(
            f"The store {wanted} does not work: {problem.cause}.", f"{problem.remedy} Or leave out --store."
        )
    return STORES[wanted], ""
