"""Repairing a full snapshot: its device is made again over its enlarged store.

Measured on Linux 6.1 and 6.12, with ext4, vfat, XFS and btrfs: that a persistent snapshot has overflowed is
known to its map only, and a reload of the table keeps it. A new map of the same table reads its store as
it was, every saved file is whole, and the journal's replay has room because the store was enlarged before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backend import exception_store, mapper, origins, paths, stores
from tui.backend.command import command
from tui.backend.errors import Refused, SandboxError
from tui.backend.plan import Step
from tui.backend.sandboxes import counters, mounting, origin_steps, remounting, unmounting

if TYPE_CHECKING:
    from tui.backend.command import Word
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.record import Record
    from tui.backend.inventory.sandbox import Sandbox


_AGAIN = "Then recover again: what was saved in it is in its store until it is removed."
_LARGER = "It is FULL as before. Its store may have become larger already, which does no harm."


def enlarged(enlarge: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps that enlarge a store, and what is said should one fail: those that are in use stay."""
    return tuple(replace(step, aftermath=_LARGER) for step in enlarge)


def steps(sandbox: Sandbox, *, udev: bool) -> tuple[Step, ...]:
    """The steps that repair a full snapshot, after its store was enlarged. Pure. Refused where a mount could
    not be made again as it is.
    """
    remounting.check(sandbox)
    made = mapper.create_step(sandbox.name, _table_of(sandbox), udev)
    unmap = Step(
        f"Remove the full map {sandbox.name}",
        mapper.remove_command(sandbox.name, udev),
        undo=made.command,
        restored=f"{paths.device(sandbox.name)} is there again, with all that had been saved to it.",
        aftermath=_aftermath(sandbox.name),
    )
    wake = Step("Let waiting writes go on", mapper.dmsetup(udev, "resume", sandbox.name))
    return (
        *((wake,) if sandbox.map and sandbox.map.suspended else ()),
        *unmounting.steps(sandbox, _aftermath(sandbox.name)),
        unmap,
        replace(made, title=f"Make it again over its larger store: {paths.device(sandbox.name)}"),
        *remounting.mount_again(sandbox, _not_mounted(sandbox.name), read_only=bool(may_be_torn(sandbox))),
    )


def notes(sandbox: Sandbox) -> tuple[str, ...]:
    """What people should know before a full snapshot is repaired."""
    device = paths.device(sandbox.name)
    if not sandbox.mounts:
        plain = f"{sandbox.name} is FULL: {device} is removed and made again over its larger store."
        return (plain, *_torn(sandbox))
    found = [f"{sandbox.name} is FULL: it is unmounted, made again over its larger store, and mounted again."]
    if points := unsaved(sandbox):
        found.append(
            "What could not be saved any more is in memory only and is lost then."
            f" Copy it from {points} first."
        )
    found += _torn(sandbox)
    if dropped := remounting.lost(sandbox):
        found.append(f"It is mounted again without {dropped}, which it has now.")
    return tuple(found)


def may_be_torn(sandbox: Sandbox) -> str:
    """The type of its file system where that has no journal, else empty; not of what is never written: none,
    or a packed one.
    """
    noted = sandbox.record.fstype if sandbox.record else ""
    fstype = sandbox.mounts[0].fstype if sandbox.mounts else noted
    return fstype if mounting.is_written(fstype) and not mounting.has_journal(fstype) else ""


def _torn(sandbox: Sandbox) -> tuple[str, ...]:
    """What to know of file systems that are not whole as they are."""
    fstype, name = may_be_torn(sandbox), sandbox.name
    said = ""
    if fstype:
        said = f"{fstype} has no journal and may be torn: check it with fsck before it is written to again."
    elif any(mount.fstype == "jfs" for mount in sandbox.mounts):
        said = "The fsck of JFS may drop files that had been saved: copy what you need before it is grown."
    if fstype and sandbox.mounts:
        device = paths.device(name)
        said += f" It is mounted read-only; then `sandbox-tui unmount {name}`, `fsck {device}`, and `mount`."
    return (said,) if said else ()


def unsaved(sandbox: Sandbox) -> str:
    """Where files of a full snapshot may be that could not be saved any more; empty for nowhere."""
    writable = [mount.mountpoint for mount in sandbox.mounts if not mount.read_only]
    return ", ".join(writable)


def is_torn(sandbox: Sandbox) -> bool:
    """Whether a repair ended between the two maps: all that is missing is the device."""
    return sandbox.busy == "grow" and sandbox.map is None and bool(sandbox.cow_loop or sandbox.cut)


def make_again(host: Host, inventory: Inventory, sandbox: Sandbox, *, udev: bool) -> tuple[Step, ...]:
    """The steps that make the device of a torn one again. Refused where its origin is not known to be the
    one that it had: its store says nothing without that.
    """
    record = sandbox.record
    if record is None or not record.chunk or record.policy != exception_store.PERSISTENT:
        raise _cannot_be_made(sandbox, "its record is missing or damaged", _lost(sandbox))
    if record.image:
        if sandbox.origin_loop is None:
            raise _cannot_be_made(sandbox, f"{record.origin} is not attached any more", _attach(sandbox))
        return (*_same_image(host, sandbox), _made(sandbox, record, sandbox.origin_loop.path, udev=udev))
    found = _origin(host, inventory, sandbox, record)
    return (*origin_steps.same(found), _made(sandbox, record, found.path, udev=udev))


def _same_image(host: Host, sandbox: Sandbox) -> tuple[Step, ...]:
    """Where its hash was noted, it has to be the same: nothing else tells of writes to a file."""
    try:
        noted = host.read(paths.of(sandbox.name, paths.HASH)).rstrip("\n")
    except OSError:
        return ()
    again = command("sha256sum", "--binary", paths.of(sandbox.name, paths.IMAGE))
    return (Step("Check that the image is as it was", again, expect=noted, remedy=_lost(sandbox)),)


def _attach(sandbox: Sandbox) -> str:
    return f"Attach it again: losetup --find --read-only {paths.of(sandbox.name, paths.IMAGE)}. {_AGAIN}"


def _lost(sandbox: Sandbox) -> str:
    return f"What was saved in it cannot be shown any more. Remove it: sandbox-tui remove {sandbox.name}"


def _made(sandbox: Sandbox, record: Record, origin: str, *, udev: bool) -> Step:
    size = record.origin_size or 0
    table = mapper.table(origin, size, stores.of(sandbox).cow(sandbox), record.policy, record.chunk)
    return mapper.create_step(sandbox.name, table, udev)


def note_of(sandbox: Sandbox) -> str:
    """What to do after the device of a torn one is made again."""
    return f"{sandbox.name} is made again with all that had been saved: sandbox-tui mount {sandbox.name}"


def _origin(host: Host, inventory: Inventory, sandbox: Sandbox, record: Record) -> origins.Origin:
    try:
        found = origins.find(host, inventory, record.origin)
    except SandboxError as error:
        why = f"its origin is not found ({error.message})"
        raise _cannot_be_made(sandbox, why, f"Bring it back. {_AGAIN}") from error
    if found.size != record.origin_size or not _same_disk(found, record):
        why = f"{record.origin} is another disk now"
        raise _cannot_be_made(sandbox, why, f"Plug in the one that it was. {_AGAIN}")
    if found.device is not None and _was_written(host, sandbox.name, found.device.kname):
        raise _cannot_be_made(sandbox, f"{record.origin} was written to since then", _lost(sandbox))
    if found.problem:
        why = f"{record.origin} cannot be its origin now: {found.problem.cause}"
        raise _cannot_be_made(sandbox, why, f"Put that right. {_AGAIN}")
    return found


def _was_written(host: Host, name: str, kname: str) -> bool:
    """Nothing holds the origin while its map is missing."""
    try:
        return counters.moved(host, host.read(paths.of(name, paths.COUNTERS)), kname)
    except OSError:
        return False


def _same_disk(found: origins.Origin, record: Record) -> bool:
    """By what the disk says of itself, else by the kernel's number, which changes when a disk is
    plugged in again.
    """
    if found.identity and record.origin_id:
        return found.identity == record.origin_id
    return found.device is not None and record.diskseq == found.device.diskseq != 0


def _cannot_be_made(sandbox: Sandbox, why: str, remedy: str) -> Refused:
    return Refused(
        f"The device of {sandbox.name} is missing since growing it was interrupted, and cannot be made again:"
        f" {why}.",
        remedy,
    )


def _table_of(sandbox: Sandbox) -> Word:
    """The table that the map has: what a record says of it may be damaged."""
    entry = sandbox.map
    if entry is None or entry.table is None or sandbox.origin is None:
        raise Refused(
            f"It is not known what {sandbox.name} is made of.", "Copy from its device what you need, by root."
        )
    cow, table = stores.of(sandbox).cow(sandbox), entry.table
    return mapper.table(f"/dev/{sandbox.origin}", entry.size, cow, table.policy, table.chunk)


def _aftermath(name: str) -> str:
    return (
        f"All that had been saved is still in its store. `sandbox-tui show {name}` says how it is now;"
        " `sandbox-tui recover` makes its device again should it be missing."
    )


def _not_mounted(name: str) -> str:
    """For file systems that cannot be mounted as they are: the kernel does not replay every journal (jfs)."""
    return (
        f"{_aftermath(name)} If its file system has to be repaired first: `sandbox-tui unmount {name}`,"
        f" `fsck {paths.device(name)}`, `sandbox-tui mount {name}`."
    )
