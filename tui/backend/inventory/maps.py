"""Device-mapper maps, read from /sys. What a snapshot of ours is made of only its table tells: which of the
devices below it is its origin, and which its COW device, is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend import lenient, paths
from tui.backend.errors import CommandFailed
from tui.backend.kernel import dm_table
from tui.backend.kernel.text import SECTOR, number

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.kernel.dm_table import Snapshot


@dataclass(frozen=True, slots=True)
class Map:
    """One device-mapper device: `kname` is `dm-3`, `size` is in bytes, `slaves` are the
    kernel names of the devices below it, `holders` of those above it. Of a snapshot of ours `origin` and
    `cow` are the kernel names of its origin and its COW device, and `table` what its table says; None where
    that cannot be read.
    """

    kname: str
    devno: str
    name: str
    uuid: str
    size: int
    suspended: bool
    slaves: tuple[str, ...]
    holders: tuple[str, ...]
    origin: str | None = None
    cow: str | None = None
    table: Snapshot | None = None

    @property
    def nodes(self) -> tuple[str, str]:
        """The paths by which it is known."""
        return f"/dev/mapper/{self.name}", f"/dev/{self.kname}"


def read(host: Host, of: str | None = None) -> tuple[Map, ...]:
    """Every device-mapper device of the machine, in the order of their numbers; or only those `of` a sandbox,
    by its name.
    """
    names = [name for name in host.listdir("/sys/block") if name.startswith("dm-")]
    if of is not None:
        names = [
            name for name in names if paths.owner(lenient.text(host, f"/sys/block/{name}/dm/uuid")) == of
        ]
    found = [_map(host, kname) for kname in sorted(names, key=lambda name: int(name[3:]))]
    known = [entry for entry in found if entry is not None]
    tables = _tables(host) if any(map(_is_main, known)) else {}
    return tuple(_made_of(host, entry, tables.get(entry.name)) for entry in known)


def _owner(host: Host, kname: str) -> str | None:
    return paths.owner(lenient.text(host, f"/sys/block/{kname}/dm/uuid"))


def _is_main(entry: Map) -> bool:
    name = paths.owner(entry.uuid)
    return name is not None and entry.uuid == paths.uuid(name)


def _tables(host: Host) -> dict[str, Snapshot]:
    try:
        return dm_table.snapshots(host.run(["dmsetup", "table", "--target", "snapshot"], timeout=20))
    except CommandFailed:
        return {}


def _made_of(host: Host, entry: Map, table: Snapshot | None) -> Map:
    """The map with what it is made of."""
    if table is None or not _is_main(entry):
        return entry
    below = {lenient.text(host, f"/sys/class/block/{name}/dev"): name for name in entry.slaves}
    return replace(entry, origin=below.get(table.origin), cow=below.get(table.cow), table=table)


def suspended(host: Host, kname: str) -> bool:
    """Whether a map is suspended, by its kernel name; False when it is gone."""
    return lenient.text(host, f"/sys/block/{kname}/dm/suspended") == "1"


def _map(host: Host, kname: str) -> Map | None:
    base = f"/sys/block/{kname}"
    try:
        return Map(
            kname=kname,
            devno=host.read(f"{base}/dev").strip("\n"),
            name=host.read(f"{base}/dm/name").rstrip("\n"),
            uuid=host.read(f"{base}/dm/uuid").rstrip("\n"),
            size=(number(host.read(f"{base}/size").strip("\n")) or 0) * SECTOR,
            suspended=suspended(host, kname),
            slaves=tuple(sorted(host.listdir(f"{base}/slaves"))),
            holders=tuple(sorted(host.listdir(f"{base}/holders"))),
        )
    except OSError:
        return None  # removed while we were reading
