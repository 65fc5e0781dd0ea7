"""Sizes worth offering, each with the reason why people take it. Pure."""

import sys
from dataclasses import dataclass

from tui.backend import sizes
from tui.backend.host import Memory
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.sandboxes import engines
from tui.backend.sandboxes import memory as promises
from tui.backend.sandboxes.choice import Usual
from tui.backend.sandboxes.reserve import MIB, usual_size

_NO_ROOM = "more than can be promised now"


@dataclass(frozen=True, slots=True)
class Preset:
    """A size to offer. `text` is what one would type, empty for the size chosen by default;
    `size` is in bytes; `fits` False: the machine cannot promise it, `reason` says so.
    """

    text: str
    title: str
    size: int
    reason: str
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """A size in other words: bytes, parts (0 to 1 and beyond) of origin (None: its size is not
    known) and RAM, and whether it can overflow.
    """

    size: int
    of_origin: float | None
    of_ram: float
    can_overflow: bool
    fits: bool


def offers(kind: Usual, memory: Memory, sandboxes: tuple[Sandbox, ...]) -> tuple[Preset, ...]:
    """Presets for a sandbox of a kind."""
    engine, origin = engines.of(kind.engine), kind.origin
    maximum, size = engine.largest(origin), origin.size or 0
    free = promises.free(memory, sandboxes, pinned=kind.pinned)
    default = usual_size(free, maximum)
    listed = [
        Preset("", "usual", default, _why(default, maximum)),
        Preset("256M", "small", 256 << 20, "to look round, edit settings, try a few files"),
        Preset("10%origin", "10 % of the origin", size // 10, "to install or upgrade some programs"),
        Preset("25%ram", "25 % of RAM", memory.total // 4, "for heavy work that should not run full soon"),
    ]
    most = sys.maxsize if maximum is None else maximum
    useful = [one for one in listed if not one.text or MIB <= one.size < most]
    if maximum is not None:
        reason = "room for a change of every block: it never fills up"
        useful.append(Preset("max", "cannot overflow", maximum, reason))
    return tuple(one if engine.cost(one.size) <= free else _impossible(one, free) for one in useful)


def share(text: str, kind: Usual, memory: Memory, sandboxes: tuple[Sandbox, ...]) -> Share:
    """What a typed size means here; UsageError when it is no size."""
    engine, origin = engines.of(kind.engine), kind.origin
    maximum, free = engine.largest(origin), promises.free(memory, sandboxes, pinned=kind.pinned)
    wanted = (
        sizes.parse(text).in_bytes(origin=origin.size, ram=memory.total, maximum=maximum)
        if text
        else usual_size(free, maximum)
    )
    size = wanted if maximum is None else min(wanted, maximum)
    fits = engine.cost(size) <= free
    of_origin = None if origin.size is None else size / max(origin.size, 1)
    return Share(size, of_origin, size / max(memory.total, 1), maximum is None or size < maximum, fits)


def _why(default: int, maximum: int | None) -> str:
    """The reason for the size that is chosen by default."""
    if default == maximum:
        return "room for a change of every block: it cannot overflow"
    return "half of the free RAM, taken only as it fills"


def _impossible(one: Preset, free: int) -> Preset:
    return Preset(one.text, one.title, one.size, f"{_NO_ROOM} ({sizes.show(free)})", fits=False)
