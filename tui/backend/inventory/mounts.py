"""What is mounted: /proc/PID/mountinfo as values (format: proc_pid_mountinfo(5))."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.backend.host import Host


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount. `devno` is `MAJOR:MINOR`; `root` is the part of the file system that is
    mounted; `options` are the mount's own; `shared` and `master` are its peer groups, for
    mount propagation (None: does not share, does not receive).
    """

    id: int
    devno: str
    root: str
    mountpoint: str
    fstype: str
    source: str
    options: str = ""
    shared: str | None = None
    master: str | None = None


def parse(text: str) -> tuple[Mount, ...]:
    """Mounts in mount order from the text of a mountinfo file; lines of no use are passed over."""
    return tuple(mount for line in text.splitlines() if (mount := _mount(line)) is not None)


def read(host: Host, pid: str = "self") -> tuple[Mount, ...]:
    """The mounts in the namespace of a process. OSError when the process is gone."""
    return parse(host.read(f"/proc/{pid}/mountinfo"))


def below(mounts: tuple[Mount, ...], directory: str) -> tuple[Mount, ...]:
    """The mounts on a directory or anywhere below it."""
    return tuple(m for m in mounts if m.mountpoint == directory or m.mountpoint.startswith(f"{directory}/"))


def _mount(line: str) -> Mount | None:
    left, separator, right = line.partition(" - ")
    head, tail = left.split(" "), right.split(" ")
    if not separator or len(head) < 6 or len(tail) < 2 or not head[0].isdecimal():
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
        shared=groups.get("shared"),
        master=groups.get("master"),
    )


def unescape(text: str) -> str:
    r"""Undo the kernel's octal escapes (`\040` is a space)."""
    return re.sub(r"\\([0-3][0-7]{2})", lambda match: chr(int(match[1], 8)), text)
