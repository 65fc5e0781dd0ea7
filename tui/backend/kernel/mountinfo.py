"""/proc/PID/mountinfo: what is mounted (format: proc_pid_mountinfo(5))."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.kernel.text import lines, number, unescape

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator

_KIND = re.compile(
    r"^[0-9]+ [0-9]+ ([^ \n]+) [^ \n]+ [^ \n]+ [^ \n]+ (.*?)- ([^ \n]+) ([^ \n]+)(?: .*)?$", re.MULTILINE
)
_PLACE = re.compile(r"^([0-9]+) [0-9]+ [^ \n]+ [^ \n]+ ([^ \n]+) ", re.MULTILINE)
_UPPER = re.compile(r",upperdir=([^,]+)")


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
        """Whether the mount is; `data` tells whether its file system is."""
        return "ro" in self.options.split(",")

    @property
    def upper(self) -> str:
        """The directory that an overlay writes to; empty where there is none."""
        found = _UPPER.search(f",{self.data}") if self.fstype == "overlay" else None
        return unescape(found[1]) if found else ""

    @property
    def subvolume(self) -> str:
        """The subvolume of btrfs that it shows, as its path from the top; empty for other mounts."""
        part = unescape(self.data.partition("subvol=")[2]) if self.fstype == "btrfs" else ""
        return part if part == self.root and "," not in part else ""


def parse(text: str) -> tuple[Mount, ...]:
    """Mounts in mount order; lines of no use are passed over."""
    return tuple(mount for line in lines(text) if (mount := _mount(line)) is not None)


def kinds(text: str, numbers: Container[str], fstypes: Container[str]) -> tuple[Mount, ...]:
    """One mount, the first, of each kind: of those that show the same file system with the same propagation.
    Only of block devices, of the file systems with such numbers, and of such types. For namespaces of others,
    who may have as many mounts as they like.
    """
    first: dict[tuple[str, ...], str] = {}
    for found in _KIND.finditer(text):
        if not found[1].startswith("0:") or found[1] in numbers or found[3] in fstypes:
            first.setdefault(found.groups(), found[0])
    return parse("\n".join(first.values()))


def some(text: str, devno: str, fstypes: Collection[str]) -> tuple[Mount, ...]:
    """The mounts of the file system with that number, and those of such types."""
    wanted = rf"^(?=[0-9]+ [0-9]+ {re.escape(devno)} |.* - (?:{_any(fstypes)}) ).*$"
    return parse("\n".join(re.findall(wanted, text, re.MULTILINE)))


def numbers(text: str, fstypes: Collection[str]) -> frozenset[str]:
    """The numbers of the mounts of such types."""
    return frozenset(re.findall(rf"^([0-9]+) .* - (?:{_any(fstypes)}) ", text, re.MULTILINE))


def places(text: str) -> Iterator[tuple[str, str]]:
    """The number and the mount point of each mount."""
    return ((number, unescape(place)) for number, place in _PLACE.findall(text))


def _any(fstypes: Collection[str]) -> str:
    return "|".join(map(re.escape, sorted(fstypes)))


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
