"""Whether a disk is known to have sectors that cannot be read, without reading it.

Sources: the kernel's list of bad blocks of a device (Documentation/ABI/stable/sysfs-block, `badblocks`),
and its log, where each read that failed is a line. The log forgets: a disk of which it says nothing may
fail as well. SCSI's count of errors (`ioerr_cnt`) is no source: it counts commands that a sound disk does
not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.kernel import kmsg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.backend.host import Host
    from tui.backend.inventory.devices import Device


def unreadable(host: Host, device: Device, others: Iterable[Device]) -> str:
    """What tells that sectors of a device, of what it lies on, or of its parts cannot be read: the end of a
    sentence, empty where nothing does. `others` are all devices.
    """
    names = {device.kname, *device.children, *_below(device, {one.kname: one for one in others})}
    for name in sorted(names):
        if _listed(host, name):
            return f"the kernel lists bad blocks of {name}"
    failed = sorted(names & kmsg.read_errors(host.kernel_log()))
    return f"the kernel's log has reads of {failed[0]} that failed" if failed else ""


def _below(device: Device, known: dict[str, Device]) -> set[str]:
    """The kernel names of all that a device lies on."""
    found: set[str] = set()
    left = list(device.parents)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += known[name].parents if name in known else ()
    return found


def _listed(host: Host, kname: str) -> bool:
    try:
        return bool(host.read(f"/sys/class/block/{kname}/badblocks").strip("\n"))
    except OSError:
        return False
