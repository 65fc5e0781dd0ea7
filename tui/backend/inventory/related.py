"""One device, with what it lies on and the parts of its disk: read without all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import lenient

if TYPE_CHECKING:
    from tui.backend.host import Host

_PLACE = "/sys/class/block"


def below(host: Host, kname: str) -> tuple[str, ...]:
    """The kernel names of what a device lies on: its disk, or the devices that it is made of."""
    disk = _disk(host, kname)
    return (disk,) if disk else lenient.names(host, f"{_PLACE}/{kname}/slaves")


def partitions(host: Host, disk: str) -> frozenset[str]:
    """The partitions that a disk has now."""
    names = lenient.names(host, f"{_PLACE}/{disk}")
    return frozenset(name for name in names if host.kind(f"{_PLACE}/{disk}/{name}/partition") is not None)


def above(host: Host, kname: str) -> tuple[str, ...]:
    """The kernel names of its partitions and of what is made of it."""
    return (*sorted(partitions(host, kname)), *lenient.names(host, f"{_PLACE}/{kname}/holders"))


def of(host: Host, kname: str) -> tuple[str, ...]:
    """The kernel names of a device, of all that it lies on, and of the parts of each disk among these; what
    lies below comes first.
    """
    found: dict[str, None] = {}
    _climb(host, kname, found)
    parts = (part for name in tuple(found) for part in sorted(partitions(host, name)))
    return tuple(dict.fromkeys((*found, *parts)))


def _climb(host: Host, kname: str, found: dict[str, None]) -> None:
    for name in below(host, kname):
        _climb(host, name, found)
    found[kname] = None


def _disk(host: Host, kname: str) -> str:
    """The disk of a partition, empty for what is none."""
    if host.kind(f"{_PLACE}/{kname}/partition") is None:
        return ""
    return host.resolve(f"{_PLACE}/{kname}").rsplit("/", 2)[-2]
