"""What is done with a sandbox, by its engine. What is read of one is in `inventory.engines`.

Each engine is a package with the functions of `Engine`; nobody else asks which one a sandbox has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.backend.sandboxes.engines import overlay, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.command import Command
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.abilities import Lacks
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.kernel.mountinfo import Mount
    from tui.backend.origins import Origin
    from tui.backend.plan import Plan, Step
    from tui.backend.sandboxes.engines.wanted import Wanted
    from tui.backend.sandboxes.facts import Draft, Survey
    from tui.backend.sandboxes.mounting import Target
    from tui.backend.sandboxes.request import CreateRequest


class Engine(Protocol):
    """One way to make a sandbox, `unit` by unit; `needs` is what the kernel has to have; `bounded`: there is
    a size that cannot overflow; `replays`: mounting one replays the journal that the origin was left with,
    into the changes. Sizes are in bytes.
    """

    name: str
    unit: str
    needs: str
    bounded: bool
    replays: bool

    def own_option(self, request: CreateRequest, /) -> str:
        """The option in a request that no other engine has, empty for none."""

    def takes(self, origin: Origin, /) -> bool:
        """Whether it is to be tried with an origin."""

    def check(self, request: CreateRequest, origin: Origin, lacks: Lacks, /) -> None:
        """Refused, saying why, where it cannot make one of that origin here."""

    def draft(self, request: CreateRequest, facts: Survey, name: str, /) -> Draft:
        """What a sandbox will be, and the steps to it. Pure. UsageError or Refused."""

    def largest(self, origin: Origin, /) -> int | None:
        """The size that cannot overflow; None: there is none, for new files can be of any size."""

    def cost(self, size: int, /) -> int:
        """The RAM that a full store of a size takes."""

    def size(self, sandbox: Sandbox, /) -> int | None:
        """The size of its store now, None where that is not known."""

    def open_promise(self, sandbox: Sandbox, /) -> int:
        """The RAM that it may still take."""

    def growth(self, sandbox: Sandbox, wanted: Wanted, /) -> int:
        """The size that its store will have. Refused where it cannot grow."""

    def enlarge(self, sandbox: Sandbox, old: int, new: int, udev: bool, /) -> tuple[Step, ...]:
        """The steps that make its store larger while it is in use. Refused where that cannot be."""

    def settle(self, sandbox: Sandbox, udev: bool, /) -> tuple[Step, ...]:
        """The steps that bring its store back to the size in use, when growing was interrupted."""

    def clear(self, sandbox: Sandbox, /) -> tuple[Step, ...]:
        """What is done with its store before its map goes."""

    def mount(self, host: Host, now: Inventory, sandbox: Sandbox, target: Target, own_place: bool, /) -> Plan:
        """The plan that mounts one on a directory, its own or not. Refused where it cannot be mounted."""

    def mount_again(self, sandbox: Sandbox, mount: Mount, /) -> tuple[Command, str]:
        """The command that mounts all of it where it was, and what is not as it was then."""

    def changes(self, sandbox: Sandbox, /) -> str | None:
        """Where the changes are: a directory or a device; None where that is not known."""

    def made_of(self, sandbox: Sandbox, /) -> tuple[tuple[str, str, str], ...]:
        """What lies between its mount and its origin: label, value, and what there is to say about it."""


ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (snapshot, overlay)}


def of(name: str) -> Engine:
    """The engine of a name."""
    return ENGINES[name]
