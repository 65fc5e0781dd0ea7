"""Commands that write to a disk by its name, and only while that still is the name of the very same disk.

Names like sdb move. What holds a disk open keeps its name from being given to another one, so it is opened
first (which makes no file where there is none, as flock(1) would), then looked at, then written to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.kernel.text import SECTOR
from tui.backend.livecd.shell import pipeline

if TYPE_CHECKING:
    from tui.backend.command import Command, Word
    from tui.backend.inventory.devices import Device

_SECONDS = 30
"""How long udev, which locks a disk while it looks at it, is waited for."""
_LINE = """\
{ test -b /dev/fd/9 || { echo "$1 is not a block device" >&2; false; }; \
flock --exclusive "--timeout=$2" 9 || { echo "$1 is locked by another program" >&2; false; }; \
grep --quiet --line-regexp "$4" "$3" || { echo "$1 is another disk now" >&2; false; }; \
shift 4; "$@"; } 9<"$1\""""
"""$1 is the disk, $2 the seconds, $4 the only line of the file $3; the rest is the program.
The lock keeps udev away (systemd.io/BLOCK_DEVICE_LOCKING).
"""


def command(device: Device, *words: Word) -> Command:
    """A program with its arguments, run while the disk is held, locked, and still the one that it was."""
    base = f"/sys/class/block/{device.kname}"
    known = ("diskseq", device.diskseq) if device.diskseq is not None else ("size", device.size // SECTOR)
    return pipeline(_LINE, device.path, str(_SECONDS), f"{base}/{known[0]}", str(known[1]), *words)
