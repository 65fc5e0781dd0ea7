"""Can a device be an origin, and why not? Pure: all readings come in as arguments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.backend import paths
from tui.backend.inventory.devices import Device, Verdict
from tui.backend.inventory.loops import Loop
from tui.backend.inventory.maps import Map
from tui.backend.problem import Code, Problem
from tui.backend.text import clean

_EMPTY_DRIVE = 0x1FFFFF * 512
"""The size that the kernel's CD driver reports for a drive without a disc."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides: all devices and all maps by kernel name, swap devices by path, loop devices, and who
    mounted a `MAJOR:MINOR` number or a path in another mount namespace.
    """

    devices: Mapping[str, Device]
    swaps: frozenset[str]
    maps: Mapping[str, Map]
    loops: tuple[Loop, ...]
    mounted_elsewhere: Mapping[str, str]


def judge(device: Device, facts: Facts) -> Verdict:
    """The verdict on one device."""
    problem = _own_nature(device, facts) or _use(device, facts) or _related_use(device, facts)
    if problem is not None:
        return Verdict(problem)
    twins = _sandboxes_over(device, facts)
    return Verdict(note=f"ready; already sandboxed: {', '.join(twins)}" if twins else "ready")


def _own_nature(device: Device, facts: Facts) -> Problem | None:
    if words := _is_ours(device, facts):
        return Problem(Code.OURS, words)
    if not device.size:
        return Problem(Code.UNFIT, "empty")
    if device.type == "rom" and device.size == _EMPTY_DRIVE and not device.fstype:
        return Problem(Code.UNFIT, "empty: no disc in the drive")
    return None


def _is_ours(device: Device, facts: Facts) -> str:
    """What it is to a sandbox, empty for nothing."""
    if segment := paths.segment_parts(device.kname):
        return f"part of sandbox {segment[0]}"
    entry = facts.maps.get(device.kname)
    owner = paths.owner(entry.uuid) if entry else None
    if entry and owner:
        return "is a sandbox" if entry.uuid == paths.uuid(owner) else f"part of sandbox {owner}"
    if device.file.startswith(f"{paths.RUN_DIR}/") and device.file != paths.PRACTICE_DISK:
        return f"part of sandbox {device.file.removeprefix(f'{paths.RUN_DIR}/').split('/')[0]}"
    is_cow = device.fstype == "DM_snapshot_cow" or (
        device.kname.startswith("ram") and _sandboxes_over(device, facts)
    )
    return "is a COW device" if is_cow else ""


def _use(device: Device, facts: Facts) -> Problem | None:
    """How a device is in use itself, None when it is not."""
    words = _user(device, facts)
    if not words:
        return None
    remedy = f"Unmount it first: umount {device.path}. (The root of the running system cannot be.)"
    point = _mount_point(device)
    return Problem(Code.IN_USE, f"in use: {words}", remedy if point and not paths.lower_of(point) else "")


def _mount_point(device: Device) -> str:
    return next((point for point in device.mounts if point != "[SWAP]"), "")


def _user(device: Device, facts: Facts) -> str:
    """What a device is to somebody who uses it, empty where nobody does."""
    point = _mount_point(device)
    if sandbox := paths.lower_of(point):
        return f"sandbox {sandbox} shows its files"
    if point:
        return f"mounted on {clean(point)}"
    if device.mounts or device.path in facts.swaps:
        return "swap"
    elsewhere = facts.mounted_elsewhere.get(device.devno) or facts.mounted_elsewhere.get(device.path)
    return f"mounted in another namespace ({elsewhere})" if elsewhere else _held(device, facts)


def _held(device: Device, facts: Facts) -> str:
    for holder in device.holders:
        entry = facts.maps.get(holder)
        if entry is None:
            return f"held by {holder}"
        if not paths.owner(entry.uuid):
            kind = entry.uuid.split("-")[0]
            words = {"LVM": "LVM volume", "CRYPT": "encrypted volume", "mpath": "multipath"}.get(
                kind, "device-mapper"
            )
            return f"held by {words} {entry.name}"
    users = [loop for loop in facts.loops if loop.file == device.path]
    return f"attached to {users[0].path}" if users else ""


def _related_use(device: Device, facts: Facts) -> Problem | None:
    """A part of a disk cannot be had while the disk is used, nor a disk while a part is."""
    if device.type == "part":
        for name in device.parents:
            parent = facts.devices.get(name)
            if parent and (_use(parent, facts) or _sandboxes_over(parent, facts)):
                return Problem(Code.IN_USE, f"in use: its disk {name} is in use")
    for name in device.children:
        child = facts.devices.get(name)
        words = _user_of_part(child, facts) if child and child.type == "part" else ""
        if words:
            return Problem(Code.IN_USE, f"in use: {name} is {words}")
    return None


def _user_of_part(part: Device, facts: Facts) -> str:
    return _user(part, facts) or ("sandboxed" if _sandboxes_over(part, facts) else "")


def _sandboxes_over(device: Device, facts: Facts) -> list[str]:
    entries: Iterable[Map | None] = (facts.maps.get(holder) for holder in device.holders)
    owners = (paths.owner(entry.uuid) for entry in entries if entry)
    return sorted({owner for owner in owners if owner})
