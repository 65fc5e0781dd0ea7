"""Sizes worth offering, each with the reason why people take it. Pure."""

from dataclasses import dataclass

from tui.backend import sizes
from tui.backend.engines import exception_store
from tui.backend.errors import SandboxError
from tui.backend.host import Memory
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.sandboxes import memory as promises

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
    """A size in other words: bytes, parts (0 to 1 and beyond) of origin and RAM, and whether
    it can overflow.
    """

    size: int
    of_origin: float
    of_ram: float
    can_overflow: bool
    fits: bool


def offers(origin: int, sector: int, memory: Memory, sandboxes: tuple[Sandbox, ...]) -> tuple[Preset, ...]:
    """Presets for an origin of `origin` bytes with logical blocks of `sector` bytes."""
    maximum = _maximum(origin, sector)
    default = promises.default_size(memory, sandboxes, maximum)
    listed = (
        Preset("", "usual", default, "a quarter of the free RAM: room for most work"),
        Preset("256M", "small", 256 << 20, "to look round, edit settings, try a few files"),
        Preset("10%origin", "10 % of the origin", origin // 10, "to install or upgrade some programs"),
        Preset("25%ram", "25 % of RAM", memory.total // 4, "for heavy work that should not run full soon"),
        Preset("max", "cannot overflow", maximum, "room for a change of every block: it never fills up"),
    )
    free = promises.free(memory, sandboxes)
    useful = [one for one in listed if one.text in ("", "max") or promises.MIB <= one.size < maximum]
    return tuple(one if one.size <= free else _impossible(one, free) for one in useful)


def share(text: str, origin: int, sector: int, memory: Memory, sandboxes: tuple[Sandbox, ...]) -> Share:
    """What a typed size means here; UsageError when it is no size."""
    maximum = _maximum(origin, sector)
    wanted = (
        sizes.parse(text).in_bytes(origin=origin, ram=memory.total, maximum=maximum)
        if text
        else promises.default_size(memory, sandboxes, maximum)
    )
    size = min(wanted, maximum)
    fits = size <= promises.free(memory, sandboxes)
    return Share(size, size / max(origin, 1), size / max(memory.total, 1), size < maximum, fits)


def problem(size: int, memory: Memory, sandboxes: tuple[Sandbox, ...]) -> str:
    """Why a size cannot be promised, with the numbers; empty when it can."""
    try:
        promises.check(size, memory, sandboxes)
    except SandboxError as error:
        return error.message
    return ""


def _maximum(origin: int, sector: int) -> int:
    chunk = max(exception_store.DEFAULT_CHUNK, sector)
    return exception_store.cannot_overflow(origin, chunk, exception_store.PERSISTENT)


def _impossible(one: Preset, free: int) -> Preset:
    return Preset(one.text, one.title, one.size, f"{_NO_ROOM} ({sizes.show(free)})", fits=False)
