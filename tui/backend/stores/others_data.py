"""Whose data are on the RAM disks: unloading brd would drop it.

Those that we load and do not use are read-only (`ramdisk.lock`), and not read through: whoever made one
writable, and read-only again, is seen only where the kernel counts pages: /sys/kernel/debug/ramdisk_pages has
those of each disk. Source: drivers/block/brd.c of Linux.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.errors import CommandFailed
from tui.backend.kernel_text import number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tui.backend.host import Host
    from tui.backend.inventory.abilities import RamDisks

_SECONDS = 30
"""How long it may take to read through all RAM disks of which the kernel counts no pages."""


def on(host: Host, disks: RamDisks, ours: Collection[str]) -> tuple[str, ...]:
    """The kernel names of the RAM disks beside `ours` that may have somebody's data on them."""
    return tuple(_used(host, disks, [name for name in disks.names if name not in ours]))


def _used(host: Host, disks: RamDisks, names: list[str]) -> Iterator[str]:
    end = host.clock() + _SECONDS
    for name in names:
        pages = _pages(host, name)
        if pages or (pages is None and not _is_locked(host, name) and not _is_zero(host, name, disks, end)):
            yield name


def _is_locked(host: Host, name: str) -> bool:
    try:
        return host.read(f"/sys/class/block/{name}/ro").strip("\n") == "1"
    except OSError:
        return False


def _pages(host: Host, name: str) -> int | None:
    """The pages that a disk has taken; None where the kernel does not tell."""
    try:
        return number(host.read(f"/sys/kernel/debug/ramdisk_pages/{name}").strip("\n"))
    except OSError:
        return None


def _is_zero(host: Host, name: str, disks: RamDisks, end: float) -> bool:
    """Whether it was read through before the `end`. That takes no memory: a page that was never written
    is not made for it.
    """
    left = end - host.clock()
    if left <= 0:
        return False
    try:
        host.run(["cmp", f"--bytes={disks.size}", f"/dev/{name}", "/dev/zero"], timeout=left)
    except CommandFailed:
        return False
    return True
