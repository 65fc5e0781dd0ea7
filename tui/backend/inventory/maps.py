"""Device-mapper maps, read from /sys without starting a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.kernel_text import SECTOR

if TYPE_CHECKING:
    from tui.backend.host import Host


@dataclass(frozen=True, slots=True)
class Map:
    """One device-mapper device: `kname` is `dm-3`, `size` is in bytes, `slaves` are the
    kernel names of the devices below it, `holders` of those above it.
    """

    kname: str
    devno: str
    name: str
    uuid: str
    size: int
    suspended: bool
    slaves: tuple[str, ...]
    holders: tuple[str, ...]

    @property
    def nodes(self) -> tuple[str, str]:
        """The paths by which it is known."""
        return f"/dev/mapper/{self.name}", f"/dev/{self.kname}"


def read(host: Host) -> tuple[Map, ...]:
    """Every device-mapper device of the machine, in the order of their numbers."""
    names = [name for name in host.listdir("/sys/block") if name.startswith("dm-")]
    found = (_map(host, kname) for kname in sorted(names, key=lambda name: int(name[3:])))
    return tuple(entry for entry in found if entry is not None)


def suspended(host: Host, kname: str) -> bool:
    """Whether a map is suspended, by its kernel name; False when it is gone."""
    try:
        return host.read(f"/sys/block/{kname}/dm/suspended").strip("\n") == "1"
    except OSError:
        return False


def _map(host: Host, kname: str) -> Map | None:
    base = f"/sys/block/{kname}"
    try:
        return Map(
            kname=kname,
            devno=host.read(f"{base}/dev").strip("\n"),
            name=host.read(f"{base}/dm/name").rstrip("\n"),
            uuid=host.read(f"{base}/dm/uuid").rstrip("\n"),
            size=int(host.read(f"{base}/size")) * SECTOR,
            suspended=suspended(host, kname),
            slaves=tuple(sorted(host.listdir(f"{base}/slaves"))),
            holders=tuple(sorted(host.listdir(f"{base}/holders"))),
        )
    except OSError:
        return None  # removed while we were reading
