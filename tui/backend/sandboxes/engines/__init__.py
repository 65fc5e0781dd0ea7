"""The engines. Whoever needs what depends on one asks here; nobody else asks which one it is.

Each is a package of its own with the functions of `Engine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.backend.engine_names import OVERLAY, SNAPSHOT
from tui.backend.sandboxes.engines import overlay, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.command import Command
    from tui.backend.inventory.mounts import Mount
    from tui.backend.inventory.sandboxes import Sandbox
    from tui.backend.origins import Origin
    from tui.backend.plan import Step
    from tui.backend.sandboxes.engines.wanted import Wanted
    from tui.backend.sandboxes.facts import Draft, Survey
    from tui.backend.sandboxes.request import CreateRequest


class Engine(Protocol):
    """One way to make a sandbox, `how` in two words; `bounded`: there is a size that cannot overflow. Sizes
    are in bytes.
    """

    how: str
    bounded: bool

    def draft(self, request: CreateRequest, facts: Survey, name: str, /) -> Draft:
        """What a sandbox will be, and the steps to it. Pure. UsageError or Refused."""

    def device(self, name: str, /) -> str | None:
        """The path of the writable device; None where it has none."""

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

    def mount_again(self, sandbox: Sandbox, mount: Mount, /) -> tuple[Command, str]:
        """The command that mounts all of it where it was, and what is not as it was then."""

    def changes(self, sandbox: Sandbox, /) -> str | None:
        """Where the changes are: a directory or a device; None where that is not known."""

    def made_of(self, sandbox: Sandbox, /) -> tuple[tuple[str, str, str], ...]:
        """What lies between its mount and its origin: label, value, and what there is to say about it."""


ENGINES: Mapping[str, Engine] = {SNAPSHOT: snapshot, OVERLAY: overlay}


def of(name: str) -> Engine:
    """The engine of a name."""
    return ENGINES[name]
