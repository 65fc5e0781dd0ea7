"""What is mounted: /proc/PID/mountinfo as values (format: proc_pid_mountinfo(5))."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.kernel_text import lines, number, unescape

if TYPE_CHECKING:
    from collections.abc import Container

    from tui.backend.host import Host

OWN_NUMBERS = frozenset({"btrfs", "bcachefs"})
"""File systems of block devices whose mounts do not have the device's number."""
_UPPER = re.compile(f",upperdir={paths.RUN_DIR}/([^/,]+)/{paths.UPPER},")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount. `devno` is `MAJOR:MINOR`; `root` is the part of the file system that is
    mounted; `options` are the mount's own, `data` those of the file system; `shared` and
    `master` are its peer groups, for mount propagation (None: does not share, does not receive);
    `unbindable`: nobody can make a bind mount of it.
    """

    id: int
    devno: str
    root: str
    mountpoint: str
    fstype: str
    source: str
    options: str = ""
    data: str = ""
    shared: str | None = None
    master: str | None = None
    unbindable: bool = False

    @property
    def read_only(self) -> bool:
        """Whether it is, or its file system."""
        return "ro" in self.options.split(",")


def parse(text: str) -> tuple[Mount, ...]:
    """Mounts in mount order from the text of a mountinfo file; lines of no use are passed over."""
    return tuple(mount for line in lines(text) if (mount := _mount(line)) is not None)


def read(host: Host, pid: str = "self") -> tuple[Mount, ...]:
    """The mounts in the namespace of a process. OSError when the process is gone."""
    return parse(host.read(f"/proc/{pid}/mountinfo"))


def owner(mount: Mount) -> str:
    """The sandbox whose upper layer an overlay mount writes to, empty where there is none."""
    found = _UPPER.search(f",{mount.data},") if mount.fstype == "overlay" else None
    return found[1] if found else ""


def shows(mount: Mount, devno: str, nodes: Container[str]) -> bool:
    """Whether a mount shows the block device `MAJOR:MINOR`, whose nodes are `nodes`. The source counts
    only where the file system has numbers of its own: anybody may call that of a FUSE mount as he likes.
    """
    return mount.devno == devno or (mount.fstype in OWN_NUMBERS and mount.source in nodes)


def holding(mounts: tuple[Mount, ...], path: str) -> Mount | None:
    """The mount that a path (without links) is on: of the longest mount points the uppermost."""
    found = [m for m in mounts if path == m.mountpoint or path.startswith(f"{m.mountpoint.rstrip('/')}/")]
    return max(reversed(found), key=lambda m: len(m.mountpoint), default=None)


def is_in(mounts: tuple[Mount, ...], path: str, directory: str) -> bool:
    """Whether a path is below a directory and on the same mount, so that whoever has the
    directory without what is mounted in it has the path too. Both without links.
    """
    inside = path == directory or path.startswith(f"{directory.rstrip('/')}/")
    return inside and holding(mounts, path) == holding(mounts, directory)


def layers(mounts: tuple[Mount, ...]) -> list[tuple[str, str]]:
    """What the overlays of the machine write to, and their mount points (without ours)."""
    found = [(m, re.search(r",upperdir=([^,]+)", f",{m.data}")) for m in mounts if m.fstype == "overlay"]
    return [(unescape(match[1]), m.mountpoint) for m, match in found if match and not owner(m)]


def below(mounts: tuple[Mount, ...], directory: str) -> tuple[Mount, ...]:
    """The mounts on a directory or anywhere below it."""
    return tuple(m for m in mounts if m.mountpoint == directory or m.mountpoint.startswith(f"{directory}/"))


def _mount(line: str) -> Mount | None:
    left, separator, right = line.partition(" - ")
    head, tail = left.split(" "), right.split(" ")
    if not separator or len(head) < 6 or len(tail) < 2 or number(head[0]) is None:
        return None
    groups = dict(field.split(":", 1) for field in head[6:] if ":" in field)
    return Mount(
        id=int(head[0]),
        devno=head[2],
        root=unescape(head[3]),
        mountpoint=unescape(head[4]),
        fstype=tail[0],
        source=unescape(tail[1]),
        options=head[5],
        data=tail[2] if len(tail) > 2 else "",
        shared=groups.get("shared"),
        master=groups.get("master"),
        unbindable="unbindable" in head[6:],
    )


def inside(above: Mount, mount: Mount) -> str | None:
    """The path of what a mount shows in what another one shows, empty for the same; None: not in it."""
    top = above.root.rstrip("/")
    within = mount.root == above.root or mount.root.startswith(f"{top}/")
    return mount.root.removeprefix(top).rstrip("/") if within else None
