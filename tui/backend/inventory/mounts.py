"""What is mounted, and what mounts have to do with devices, paths and sandboxes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.kernel import mountinfo

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from tui.backend.host import Host
    from tui.backend.kernel.mountinfo import Mount

OWN_NUMBERS = frozenset({"btrfs", "bcachefs"})
"""File systems of block devices whose mounts do not have the device's number."""


def read(host: Host, pid: str = "self") -> tuple[Mount, ...]:
    """The mounts in the namespace of a process. OSError when the process is gone."""
    return mountinfo.parse(host.read(f"/proc/{pid}/mountinfo"))


def owner(mount: Mount) -> str:
    """The sandbox whose upper layer an overlay mount writes to, empty where there is none."""
    name = paths.sandbox_in(mount.upper)
    return name if mount.upper == paths.of(name, paths.UPPER) else ""


def shows(mount: Mount, devno: str, nodes: Container[str]) -> bool:
    """Whether a mount shows the block device `MAJOR:MINOR`, whose nodes are `nodes`. The source counts
    only where the file system has numbers of its own: anybody may call that of a FUSE mount as he likes.
    """
    return mount.devno == devno or (mount.fstype in OWN_NUMBERS and mount.source in nodes)


class Shown:
    """Which of some mounts show which device, asked for one device after the other."""

    def __init__(self, mounted: Iterable[Mount]) -> None:
        self._by_number: defaultdict[str, list[Mount]] = defaultdict(list)
        self._sourced: list[Mount] = []
        for mount in mounted:
            self._by_number[mount.devno].append(mount)
            self._sourced += [mount] if mount.fstype in OWN_NUMBERS else []

    def of(self, devno: str, nodes: Container[str]) -> list[Mount]:
        """Those that show it, as `shows` tells."""
        some = [mount for mount in self._sourced if shows(mount, devno, nodes)]
        return [*(mount for mount in self._by_number.get(devno, ()) if mount not in some), *some]


def holding(mounts: tuple[Mount, ...], path: str) -> Mount | None:
    """The mount that a path (without links) is on: of the longest mount points the uppermost."""
    found = [m for m in mounts if paths.within(path, m.mountpoint)]
    return max(reversed(found), key=lambda m: len(m.mountpoint), default=None)


def is_in(mounts: tuple[Mount, ...], path: str, directory: str) -> bool:
    """Whether a path is below a directory and on the same mount, so that whoever has the
    directory without what is mounted in it has the path too. Both without links.
    """
    return paths.within(path, directory) and holding(mounts, path) == holding(mounts, directory)


def layers(mounts: tuple[Mount, ...]) -> list[tuple[str, str]]:
    """What the overlays of the machine write to, and their mount points (without ours)."""
    return [(m.upper, m.mountpoint) for m in mounts if m.upper and not owner(m)]


def below(mounts: tuple[Mount, ...], directory: str) -> tuple[Mount, ...]:
    """The mounts on a directory or anywhere below it."""
    return tuple(m for m in mounts if paths.within(m.mountpoint, directory))


def inside(above: Mount, mount: Mount) -> str | None:
    """The path of what a mount shows in what another one shows, empty for the same; None: not in it."""
    top = above.root.rstrip("/")
    inside = paths.within(mount.root, above.root)
    return mount.root.removeprefix(top).rstrip("/") if inside else None
