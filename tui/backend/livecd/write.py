"""Writing an ISO to a stick or disk, and proving that it arrived: from a request to a plan.

There is no undo for what was on the disk. Old signatures are cleared first and new ones written
last, so that nothing which is cut short looks like a whole image, or like what was there before.
"""

import re
from dataclasses import dataclass

from tui.backend import inventory, requirements, sizes
from tui.backend.argument import Complete, absolute, argument
from tui.backend.command import command
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities
from tui.backend.livecd import inputs, iso_file, same_disk
from tui.backend.livecd import target as targets
from tui.backend.livecd.request import iso_argument, trusted
from tui.backend.livecd.target import Target
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes.origin_steps import same_device

_PLAIN = re.compile(r"[\w.:+-]+", re.ASCII)
"""Serial numbers that lsblk prints as they are, whatever its output format."""
_UDEV_SECONDS = 30
_HEAD = 4 << 20
"""Bytes in which lies all that a firmware, a kernel or blkid looks for first; also dd's block size."""


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """`iso` is a file's path (absolute), `device` that of a device; `trusted` as for `confine.settle`.
    `typed` is the disk's name as a person gave it with the command line, None: they are asked.
    """

    iso: str = iso_argument()
    device: str = argument(
        "the whole disk; all that is on it will be lost",
        parse=absolute,
        metavar="DEVICE",
        complete=Complete.DISK,
    )
    typed: str | None = argument(
        "the disk's name (sdb or /dev/sdb), where no terminal can ask for it",
        None,
        metavar="NAME",
        flags=("--yes",),
    )
    trusted: bool = trusted("the ISO")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The plan, the disk that it is for, and the ISO: its path and its size in bytes."""

    plan: Plan
    target: Target
    iso: str
    size: int


def prepare(host: Host, request: WriteRequest, now: Inventory | None = None) -> Prepared:
    """Look at the ISO and the disk, and plan. Raises NotFound or Refused; touches nothing."""
    found = inventory.read(host) if now is None else now
    iso = inputs.check(host, request.iso)
    size, bootable = _iso(host, iso, trusted=request.trusted)
    target = targets.find(host, found, request.device)
    targets.check(host, found, target, iso, size)
    steps = (*_checks(target, iso, size), *_writing(target, iso, size))
    plan = Plan(
        "write",
        target.device.path,
        (*steps, *_reading(host, target)),
        notes=_notes(target, bootable=bootable),
        commit=len(steps),
    )
    return Prepared(requirements.check(host, plan), target, iso, size)


def confirm(prepared: Prepared, typed: str) -> None:
    """Refused unless what was typed is the disk's name."""
    name = typed.strip(" \t\n")
    if name not in prepared.target.names:
        kname, path = prepared.target.names
        raise Refused(
            f"{name!r} is not the name of {path}; nothing was written.",
            f"The name is {kname}, or {path}.",
        )


def _iso(host: Host, iso: str, *, trusted: bool) -> tuple[int, bool]:
    """The size of an ISO in bytes, and whether it has what makes it boot from a stick."""
    found = iso_file.find(host, iso, trusted=trusted)
    return host.size(iso), bool(found.tag("PTTYPE"))


def _notes(target: Target, *, bootable: bool) -> tuple[str, ...]:
    device = target.device
    notes = [f"All that is on {device.path} ({target.description}) will be lost."]
    notes += [f"On it: {line}." for line in target.contents]
    if not device.removable and not device.file:
        notes.append(f"{device.path} says that it is built in, no removable disk.")
    if not bootable:
        notes.append("The ISO has no partition table: most machines will boot it from a CD only.")
    return tuple(notes)


def _checks(target: Target, iso: str, size: int) -> tuple[Step, ...]:
    """Names move and disks are pulled out: be sure, at the last moment, and alone."""
    device = target.device
    serial = command("lsblk", "--nodeps", "--noheadings", "--raw", "--output", "SERIAL", device.path)
    return (
        *same_device(device, "the disk"),
        *(
            (Step("Check the disk's serial number", serial, expect=device.serial),)
            if _PLAIN.fullmatch(device.serial)
            else ()
        ),
        Step("Check the ISO's size", command("stat", "--format=%s", iso), expect=str(size)),
        Step(
            "Have the disk alone for a moment: nothing may hold it",
            command("wipefs", "--all", "--no-act", device.path),
        ),
    )


def _writing(target: Target, iso: str, size: int) -> tuple[Step, ...]:
    device, path = target.device, target.device.path
    wipe = same_disk.command(device, "wipefs", "--all", path)
    # The first bytes come last: a write that is cut off, by whatever, leaves no signature.
    # direct: the percentage is the disk's, not the cache's. nocreat: where a disk is pulled out, no
    # file of its name must fill /dev.
    files = (f"if={iso}", f"of={path}", f"bs={_HEAD >> 20}M")
    options = ("oflag=direct", "conv=nocreat,notrunc,fsync", "status=progress")
    tail = Step(
        f"Write all of it but the first {sizes.show(_HEAD)}",
        same_disk.command(device, "dd", *files, "skip=1", "seek=1", *options),
        progress=True,
        length=size - _HEAD,
    )
    return (
        Step(
            "Clear what tells of partitions and file systems on it",
            wipe,
            aftermath=f"What was on {path} is lost, and it does not boot now. "
            "Write to it once more, or make a new file system on it.",
        ),
        *((tail,) if size > _HEAD else ()),
        Step(
            "Write the beginning, from which it boots",
            same_disk.command(device, "dd", *files, "count=1", *options),
            wipe,
            partial=True,
            progress=True,
            length=min(size, _HEAD),
        ),
        Step("Forget what memory holds of the disk", command("blockdev", "--flushbufs", path)),
        Step(
            "Read it back and compare it with the ISO",
            command("cmp", f"--bytes={size}", iso, path),
            progress=True,
            length=size,
            reads=device.kname,
        ),
    )


def _reading(host: Host, target: Target) -> tuple[Step, ...]:
    """Let the kernel see the new partitions; a running udev does so itself."""
    path = target.device.path
    if abilities.read(host).udev:
        look = command("udevadm", "settle", f"--timeout={_UDEV_SECONDS}")
    elif _has_partitions(host, target):
        look = command("blockdev", "--rereadpt", path)
    else:
        return ()
    whole = f"The ISO is on {path}, whole and compared. Pull it out and plug it in to see its partitions."
    return (Step("Look at the disk's new partitions", look, aftermath=whole),)


def _has_partitions(host: Host, target: Target) -> bool:
    """Whether the kernel looks for partitions on it: not on every loop device."""
    try:
        return host.read(f"/sys/class/block/{target.device.kname}/loop/partscan").strip("\n") == "1"
    except OSError:
        return target.device.type == "disk"
