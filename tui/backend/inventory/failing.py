"""Whether a disk is known to have sectors that cannot be read, without reading it.

Sources: the kernel's list of bad blocks of a device (Documentation/ABI/stable/sysfs-block, `badblocks`),
and its log, where each read that failed is a line: blk_print_req_error (block/blk-mq.c) and
buffer_io_error (fs/buffer.c) of Linux. The log forgets: a disk of which it says nothing may fail as well.
SCSI's count of errors (`ioerr_cnt`) is no source: it counts commands that a sound disk does not know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.backend.host import Host
    from tui.backend.inventory.devices import Device

_FAILED = (
    re.compile(r"(?:critical medium|I/O) error, dev ([^ ,]+), sector \d+(?: op 0x0:|(?! op ))"),
    re.compile(r"Buffer I/O error on dev(?:ice)? ([^ ,]+), logical block \d+, async page read"),
)


def unreadable(host: Host, device: Device, others: Iterable[Device]) -> str:
    """What tells that sectors of a device, of what it lies on, or of its parts cannot be read: the end of a
    sentence, empty where nothing does. `others` are all devices.
    """
    names = {device.kname, *device.children, *_below(device, {one.kname: one for one in others})}
    for name in sorted(names):
        if _listed(host, name):
            return f"the kernel lists bad blocks of {name}"
    failed = sorted(names & read_errors(host.kernel_log()))
    return f"the kernel's log has reads of {failed[0]} that failed" if failed else ""


def read_errors(log: str) -> set[str]:
    """The kernel names of the devices of which a read failed, from the text of the kernel's log."""
    return {match[1] for pattern in _FAILED for match in pattern.finditer(log)}


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
