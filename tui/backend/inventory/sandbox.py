"""One sandbox of the machine, whole or in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from tui.backend.inventory import engines
from tui.backend.inventory.pieces import Pieces

if TYPE_CHECKING:
    from tui.backend.gauge import Gauge
    from tui.backend.inventory.engines import Engine


class Condition(Enum):
    """What there is of a sandbox, and whether it can be worked with. The values are for narrow columns."""

    WHOLE = ""
    CHANGING = "changing"
    """A verb is at work on it."""
    UNFINISHED = "unfinished"
    """A verb did not come to its end."""
    REMAINS = "remains"
    """Its parts are gone though no verb was interrupted."""
    FOREIGN = "foreign"
    """It is of another mount namespace."""


class Sandbox(Pieces):
    """One sandbox: its pieces, and what its engine says of them."""

    __slots__ = ()

    @property
    def engine(self) -> str:
        """The name of its engine."""
        return engines.of(self)

    @property
    def whole(self) -> bool:
        """Whether it can be worked with: its device, or both its layers, are there."""
        return engines.is_whole(self)

    @property
    def device(self) -> str | None:
        """The path of the writable device, None for an overlay."""
        return self._engine.device(self.name)

    @property
    def origin(self) -> str | None:
        """The kernel name of the origin device, None when it is unknown or a directory."""
        if self.claim is not None:
            return next(iter(self.claim.slaves), None)
        return self._engine.origin(self)

    @property
    def overflowed(self) -> bool:
        """Whether it is full so that it can only be read: growing it repairs it."""
        return self._engine.overflowed(self)

    @property
    def gauge(self) -> Gauge:
        """How full it is."""
        return self._engine.gauge(self)

    @property
    def condition(self) -> Condition:
        """What is the matter with it, its fill aside."""
        if self.foreign is not None:
            return Condition.FOREIGN
        if self.running:
            return Condition.CHANGING
        if self.lost:
            return Condition.REMAINS
        return Condition.UNFINISHED if self.unfinished else Condition.WHOLE

    @property
    def word(self) -> str:
        """The gauge's word, or what else is the matter with it."""
        match self.condition:
            case Condition.WHOLE:
                return self.gauge.state.value
            case Condition.CHANGING:
                return f"{self.busy or 'a change'} is running"
            case Condition.UNFINISHED:
                return f"{self.unfinished} has not ended"
            case Condition.REMAINS:
                return "only remains"
            case Condition.FOREIGN:
                return "foreign"

    @property
    def interrupted(self) -> bool:
        """A verb did not come to its end (unless it is still running), or only remains are left. What
        a foreign one is like cannot be told from here.
        """
        unfinished = not self.whole or self.busy is not None
        return unfinished and not self.foreign and not self.running

    @property
    def lost(self) -> bool:
        """No verb was interrupted, and yet its device or its layers are gone: the mount namespace that they
        were in ended, or somebody took them away.
        """
        return self.interrupted and self.busy is None and self.record is not None

    @property
    def unfinished(self) -> str:
        """The verb that did not come to its end, empty where there is none."""
        return (self.busy or "create") if self.interrupted and not self.lost else ""

    @property
    def _engine(self) -> Engine:
        return engines.ENGINES[self.engine]


Sandboxes = Sequence[Sandbox]
