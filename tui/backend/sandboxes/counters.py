"""Write counters of a device, before and after: what reached it by its own node, and of a partition what
may have reached it by that of its disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from tui.backend.command import Command, command
from tui.backend.host import Host
from tui.backend.inventory import related
from tui.backend.inventory.devices import Device
from tui.backend.kernel.block_stat import PLACE, Counters, several

_ROUNDS = 4
"""How often a disk and its partitions are read: two equal rounds are of one moment."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one moment: the device's `own` counters; and `rest`, what was written by the disk's own node: the
    disk's less those of all its `parts` (kernel names). None where it is not known; `rest` of what is no
    partition, too.
    """

    own: Counters | None
    rest: Counters | None = None
    parts: frozenset[str] = frozenset()


def of_device(device: Device, others: Iterable[Device]) -> Command:
    """The command that reads the counters of a device, and of a partition those of its disk and of the
    disk's other partitions, which are among `others`.
    """
    if device.type != "part" or not device.parents:
        return read_command((device.kname,))
    disk = device.parents[0]
    parts = sorted(other.kname for other in others if other.type == "part" and disk in other.parents)
    return read_command((disk, *parts))


def flush_command(device: Device) -> Command:
    """The command that writes out what waits in memory for a device, by its own node and by those of its disk
    or its parts: only then it is counted, and read. The kernel forgets what it has read of them, too.
    """
    disk = [f"/dev/{device.parents[0]}"] if device.type == "part" and device.parents else []
    parts = [f"/dev/{name}" for name in device.children if name.startswith(device.kname)]
    return command("blockdev", "--flushbufs", *disk, *parts, device.path)


def nodes(host: Host, noted: str, kname: str) -> tuple[str, ...]:
    """The nodes of the same: of the disk of a reading, if it is one of its parts, of the parts of a disk, and
    of the device.
    """
    disk = [f"/dev/{name}" for name in names(noted)[:1] if name != kname]
    return (*disk, *(f"/dev/{name}" for name in sorted(related.partitions(host, kname))), f"/dev/{kname}")


def read_command(knames: tuple[str, ...]) -> Command:
    """The command that reads the counters of these: a device, or a disk and its partitions."""
    rounds = _ROUNDS if len(knames) > 1 else 1
    return command("grep", "--with-filename", "", *(f"{PLACE}/{name}/stat" for name in knames * rounds))


def named(text: str, kname: str) -> str:
    """What 0.1.1 noted of a device, with its name."""
    return text if not text or names(text) else f"{PLACE}/{kname}/stat:{text}"


def names(text: str) -> tuple[str, ...]:
    """The kernel names in what that command printed, each once."""
    return tuple(dict.fromkeys(name for name, _counters in several(text)))


def parse(text: str, kname: str) -> Reading:
    """The reading of a device in what the command printed."""
    found, known = several(text), names(text)
    own = next((counters for name, counters in reversed(found) if name == kname), None)
    if kname not in known[1:]:
        return Reading(own)
    size = len(known)
    rounds = [found[start : start + size] for start in range(0, len(found), size)]
    steady = next((one for one, after in pairwise(rounds) if one == after), None)
    return Reading(own, _rest(steady) if steady else None, frozenset(known[1:]))


def count(host: Host, kname: str) -> bool:
    """Whether the kernel counts what is written to a disk: not where it was told not to, nor of RAM disks
    (brd before Linux 6.13). device-mapper always counts, whatever it says there.
    """
    if kname.startswith("dm-"):
        return True
    try:
        told = host.read(f"{PLACE}/{kname}/queue/iostats").strip("\n")
    except OSError:
        told = "1"
    return told != "0" and not kname.startswith("ram")


def moved(host: Host, noted: str, kname: str) -> bool:
    """Whether a device is known to have been written to since its counters were noted, by its own node or, of
    a partition, by that of its disk.
    """
    text = named(noted, kname)
    try:
        again = [f"{PLACE}/{name}/stat:{host.read(f'{PLACE}/{name}/stat')}" for name in names(text) * 2]
    except OSError:
        return False
    before, now = parse(text, kname), parse("".join(again), kname)
    pairs = ((before.own, now.own), (before.rest, now.rest))
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def _rest(one: list[tuple[str, Counters | None]]) -> Counters | None:
    (_disk, left), *parts = one
    for _name, counters in parts:
        if left is None or counters is None:
            return None
        left -= counters
    return left
