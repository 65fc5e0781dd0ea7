"""The segments that stores are made of: block devices of the kernel's null_blk, whose sectors are in RAM.

They are made in configfs, in a directory each, which is the device's name too. Source:
Documentation/block/null_blk.rst and drivers/block/null_blk of Linux.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import lenient, paths
from tui.backend.kernel.text import SECTOR, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.backend.host import Host
    from tui.backend.kernel.mountinfo import Mount

_DRIVER = "nullb"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: the `kname` of its device; the `key` of its sandbox (`paths.segment_key`); its `number`;
    its `size` in bytes, 0 while it is switched off and has no device.
    """

    kname: str
    key: str
    number: int
    size: int

    @property
    def path(self) -> str:
        """The device node."""
        return f"/dev/{self.kname}"


def read(host: Host, mounted: Iterable[Mount], of: str | None = None) -> tuple[Segment, ...]:
    """All segments, in the order of their numbers; or those `of` a sandbox, by its name. Those that are
    switched off are known where configfs is among what is `mounted`.
    """
    names = set(lenient.names(host, "/sys/block"))
    names |= {name for point in points(mounted) for name in lenient.names(host, in_config(point))}
    known = ((name, parts) for name in names if (parts := paths.segment_parts(name)))
    wanted = paths.segment_key(of) if of is not None else None
    found = (Segment(name, *parts, _size(host, name)) for name, parts in known if wanted in (None, parts[0]))
    return tuple(sorted(found, key=lambda segment: (segment.key, segment.number)))


def points(mounted: Iterable[Mount]) -> frozenset[str]:
    """Where all of configfs is mounted."""
    return frozenset(
        mount.mountpoint for mount in mounted if mount.fstype == "configfs" and mount.root == "/"
    )


def in_config(point: str) -> str:
    """The directory of the driver where configfs is mounted at a point."""
    return f"{point}/{_DRIVER}"


def _size(host: Host, kname: str) -> int:
    return (number(lenient.text(host, f"/sys/block/{kname}/size")) or 0) * SECTOR
