"""Loop devices and the files behind them, read from /sys."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.kernel.text import SECTOR, number

if TYPE_CHECKING:
    from tui.backend.host import FileNode, Host


_LOST = ("/cow", "/")
"""How the kernel tells a store's file, or an image, whose mount has gone with its mount namespace: by its
path in the file system, which still is in use.
"""


@dataclass(frozen=True, slots=True)
class Loop:
    """One bound loop device: `file` is its backing file, `size` is in bytes; `tied`: it
    goes by itself when it is closed last.

    What the kernel gives as the file's path was true where the device was attached, which may have been
    a mount namespace that anybody made. A path that would make it a part of a sandbox, or a user of a
    device, is `file` only when the file at that path is the very same; else it is the `claim`.
    `behind` is which file it is; None where that is not known.
    """

    kname: str
    devno: str
    file: str
    size: int
    read_only: bool
    tied: bool = False
    claim: str = ""
    behind: FileNode | None = None

    @property
    def path(self) -> str:
        """The device node."""
        return f"/dev/{self.kname}"


def read(host: Host, of: str | None = None) -> tuple[Loop, ...]:
    """Every loop device that has a backing file; where its mount is gone, the path is how it was called when
    it was attached. Or only those whose path is in the directory `of` a sandbox, by its name.
    """
    names = (name for name in host.listdir("/sys/block") if name.startswith("loop"))
    files = ((name, _file(host, name)) for name in sorted(names))
    found = (_loop(host, name, file) for name, file in files if file and _is_of(file, of))
    return tuple(loop for loop in found if loop is not None)


def is_over(host: Host, loop: Loop, path: str) -> bool:
    """Whether a loop device is attached to the very file, or device, that a path names here. Who is not root
    cannot know, and takes the kernel's path for it.
    """
    if loop.behind is None:
        return not host.is_root() and path == loop.file
    try:
        return loop.behind.is_same(host.node(path))
    except OSError:
        return False


def file_system(loop: Loop) -> str:
    """The number (`MAJOR:MINOR`) of the file system that has the backing file; empty where not known."""
    return devno(loop.behind.device) if loop.behind else ""


def devno(number: int) -> str:
    """A device number as the kernel writes it: `MAJOR:MINOR`."""
    return f"{os.major(number)}:{os.minor(number)}"


def _file(host: Host, kname: str) -> str:
    """The path of the file behind it; empty where it is not bound."""
    try:
        file = host.read(f"/sys/block/{kname}/loop/backing_file").removesuffix("\n")
        return (host.attached_as(f"/dev/{kname}") if plain(file) in _LOST else "") or file
    except OSError:
        return ""


def _is_of(file: str, name: str | None) -> bool:
    return name is None or paths.sandbox_in(file) == name


def _loop(host: Host, kname: str, file: str) -> Loop | None:
    base = f"/sys/block/{kname}"
    try:
        found = Loop(
            kname=kname,
            devno=host.read(f"{base}/dev").strip("\n"),
            file=file,
            size=(number(host.read(f"{base}/size").strip("\n")) or 0) * SECTOR,
            read_only=host.read(f"{base}/ro").strip("\n") == "1",
            tied=host.read(f"{base}/loop/autoclear").strip("\n") == "1",
            behind=_behind(host, kname),
        )
        return found if _is_honest(host, found) else replace(found, file="", claim=file)
    except OSError:
        return None  # not bound


def _behind(host: Host, kname: str) -> FileNode | None:
    try:
        return host.behind(f"/dev/{kname}")
    except OSError:
        return None


def _is_honest(host: Host, loop: Loop) -> bool:
    """Of the paths by which something is done or refused."""
    if not loop.file.startswith((f"{paths.RUN_DIR}/", "/dev/")):
        return True
    return is_over(host, replace(loop, file=plain(loop.file)), plain(loop.file))


def plain(file: str) -> str:
    """The path of a backing file without the kernel's mark that it was deleted (a copy may be left)."""
    return file.removesuffix(" (deleted)")
