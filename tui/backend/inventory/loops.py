"""Loop devices and the files behind them, read from /sys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.inventory.maps import SECTOR

if TYPE_CHECKING:
    from tui.backend.host import Host


_LOST = ("/cow", "/")
"""How the kernel tells a store's file, or an image, whose mount has gone with its mount namespace: by its
path in the file system, which still is in use.
"""


@dataclass(frozen=True, slots=True)
class Loop:
    """One bound loop device: `file` is its backing file, `size` is in bytes; `tied`: it goes by itself when
    it is closed last.
    """

    kname: str
    devno: str
    file: str
    size: int
    read_only: bool
    tied: bool = False

    @property
    def path(self) -> str:
        """The device node."""
        return f"/dev/{self.kname}"


def read(host: Host, below: str = "") -> tuple[Loop, ...]:
    """Every loop device that has a backing file, or those whose file's path begins with `below`: that is
    how it was called when it was attached, where its mount is gone.
    """
    names = (name for name in host.listdir("/sys/block") if name.startswith("loop"))
    found = (_loop(host, name, below) for name in sorted(names))
    return tuple(loop for loop in found if loop is not None)


def _loop(host: Host, kname: str, below: str) -> Loop | None:
    base = f"/sys/block/{kname}"
    try:
        file = host.read(f"{base}/loop/backing_file").removesuffix("\n")
        if below and file.removesuffix(" (deleted)") in _LOST:
            file = host.attached_as(f"/dev/{kname}") or file
        if not file.startswith(below):
            return None
        return Loop(
            kname=kname,
            devno=host.read(f"{base}/dev").strip("\n"),
            file=file,
            size=int(host.read(f"{base}/size")) * SECTOR,
            read_only=host.read(f"{base}/ro").strip("\n") == "1",
            tied=host.read(f"{base}/loop/autoclear").strip("\n") == "1",
        )
    except OSError:
        return None  # not bound
