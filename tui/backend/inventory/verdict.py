"""Can a device be an origin, and why not? Pure: all readings come in as arguments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.backend import paths
from tui.backend.inventory.devices import Device, Verdict
from tui.backend.inventory.loops import Loop
from tui.backend.inventory.maps import Map

_EMPTY_DRIVE = 0x1FFFFF * 512
"""The size that the kernel's CD driver reports for a drive without a disc."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides: all devices by kernel name, swap devices by path, our maps and all maps
    by kernel name, loop devices, and who mounted a `MAJOR:MINOR` number or a path in
    another mount namespace.
    """

    devices: Mapping[str, Device]
    swaps: frozenset[str]
    maps: Mapping[str, Map]
    loops: tuple[Loop, ...]
    mounted_elsewhere: Mapping[str, str]


def judge(device: Device, facts: Facts) -> Verdict:
    """The verdict on one device."""
    refusal = _own_nature(device, facts) or _use(device, facts) or _related_use(device, facts)
    if refusal:
        return Verdict(False, refusal)
    twins = _sandboxes_over(device, facts)
    return Verdict(True, f"ready; already sandboxed: {', '.join(twins)}" if twins else "ready")


def _own_nature(device: Device, facts: Facts) -> str:
    entry = facts.maps.get(device.kname)
    owner = paths.owner(entry.uuid) if entry else None
    if entry and owner:
        return "is a sandbox" if entry.uuid == paths.uuid(owner) else f"part of sandbox {owner}"
    if device.file.startswith(f"{paths.RUN_DIR}/") and device.file != paths.PRACTICE_DISK:
        return f"part of sandbox {device.file.removeprefix(f'{paths.RUN_DIR}/').split('/')[0]}"
    if device.fstype == "DM_snapshot_cow":
        return "is a COW device"
    if not device.size:
        return "empty"
    if device.type == "rom" and device.size == _EMPTY_DRIVE and not device.fstype:
        return "empty: no disc in the drive"
    return ""


def _use(device: Device, facts: Facts) -> str:
    """How a device is in use itself, empty when it is not."""
    if device.mounts:
        point = next((p for p in device.mounts if p != "[SWAP]"), "")
        if sandbox := paths.lower_of(point):
            return f"in use: sandbox {sandbox} shows its files"
        return f"in use: mounted on {point}" if point else "in use: swap"
    if device.path in facts.swaps:
        return "in use: swap"
    elsewhere = facts.mounted_elsewhere.get(device.devno) or facts.mounted_elsewhere.get(device.path)
    if elsewhere:
        return f"in use: mounted in another namespace ({elsewhere})"
    if device.kname.startswith("ram") and _sandboxes_over(device, facts):
        return "is a COW device"
    return _held(device, facts)


def _held(device: Device, facts: Facts) -> str:
    for holder in device.holders:
        entry = facts.maps.get(holder)
        if entry is None:
            return f"in use: held by {holder}"
        if not paths.owner(entry.uuid):
            kind = entry.uuid.split("-")[0]
            words = {"LVM": "LVM volume", "CRYPT": "encrypted volume", "mpath": "multipath"}.get(
                kind, "device-mapper"
            )
            return f"in use: held by {words} {entry.name}"
    users = [loop for loop in facts.loops if loop.file == device.path]
    return f"in use: attached to {users[0].path}" if users else ""


def _related_use(device: Device, facts: Facts) -> str:
    """A part of a disk cannot be had while the disk is used, nor a disk while a part is."""
    if device.type == "part":
        for name in device.parents:
            parent = facts.devices.get(name)
            if parent and (_use(parent, facts) or _sandboxes_over(parent, facts)):
                return f"in use: its disk {name} is in use"
    for name in device.children:
        child = facts.devices.get(name)
        if child and child.type == "part":
            use = _use(child, facts) or ("in use: sandboxed" if _sandboxes_over(child, facts) else "")
            if use:
                return f"in use: {name} is {use.removeprefix('in use: ')}"
    return ""


def _sandboxes_over(device: Device, facts: Facts) -> list[str]:
    entries: Iterable[Map | None] = (facts.maps.get(holder) for holder in device.holders)
    owners = (paths.owner(entry.uuid) for entry in entries if entry)
    return sorted({owner for owner in owners if owner})
