"""The disk that an ISO is to be written to, and everything that speaks against it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from tui.backend import paths, sizes
from tui.backend.blkid import probe
from tui.backend.errors import CommandFailed, NotFound, Refused
from tui.backend.host import FileKind, FileNode, Host
from tui.backend.inventory import Inventory, mounts
from tui.backend.inventory.devices import Device
from tui.backend.kernel.mountinfo import Mount
from tui.backend.text import clean

_LOOK = "`sandbox-tui devices` lists what there is."
_DISKS = frozenset({"disk", "loop"})
"""What lsblk calls a whole disk, and what can stand for one."""
_IN_RAM = ("ram", "zram")
_TEXT_WIDTH = 40
"""Terminal cells that a text of the device's choosing may take."""


@dataclass(frozen=True, slots=True)
class Target:
    """A disk and all that lies on it (`parts`, in the order of their parents)."""

    device: Device
    parts: tuple[Device, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What people may type to mean it."""
        return (self.device.kname, self.device.path)

    @property
    def description(self) -> str:
        """What disk it is, on one line: model, size, transport."""
        device = self.device
        kind = f"{device.transport.upper()} disk".strip(" ")
        if device.type == "loop":
            kind = f"loop device over {device.file or 'a file that cannot be seen from here'}"
        about = (
            clean(device.model, _TEXT_WIDTH),
            sizes.show(device.size),
            clean(kind) + (", removable" if device.removable else ""),
            f"serial {clean(device.serial, _TEXT_WIDTH)}" if device.serial else "",
        )
        return ", ".join(filter(None, about))

    @property
    def contents(self) -> tuple[str, ...]:
        """What is on it, one line each; empty when nothing is known to be."""
        return tuple(_content(part) for part in (self.device, *self.parts) if part.fstype or part.parents)


def find(host: Host, inventory: Inventory, text: str) -> Target:
    """The disk that a path names. NotFound where there is none, Refused where it is none."""
    path = host.resolve(text)
    kind = host.kind(path)
    if kind is None:
        raise NotFound(f"{text} does not exist.", _LOOK)
    if kind is not FileKind.BLOCK:
        raise Refused(f"{text} is a {kind.value}, not a block device.", _LOOK)
    for device in inventory.devices:
        if path in (device.path, f"/dev/{device.kname}"):
            return Target(
                _probed(host, device), tuple(_probed(host, part) for part in _below(inventory, device))
            )
    raise NotFound(f"{text} has no medium in it, or has gone away.", _LOOK)


def check(host: Host, inventory: Inventory, target: Target, iso: str, size: int) -> None:
    """Refuse a disk that is no place for this ISO (`size` in bytes)."""
    found = refusal(host, inventory, target, iso, size)
    if found is not None:
        reason, hint = found
        raise Refused(f"{target.device.path} is not written to: {reason}.", hint)


def refusal(host: Host, inventory: Inventory, target: Target, iso: str, size: int) -> tuple[str, str] | None:
    """What speaks most against a disk as a place for this ISO, and the way out; None where nothing does."""
    device = target.device
    found = next(_reasons(host, inventory, target, iso), None)
    if found is None and device.size < size:
        short = f"{sizes.show(size)} do not fit on its {sizes.show(device.size)}"
        return short, "Take a larger one."
    return found


def _reasons(host: Host, inventory: Inventory, target: Target, iso: str) -> Iterator[tuple[str, str]]:
    """What speaks against a disk, weightiest first; each with the way out."""
    device = target.device
    if device.type == "part":
        disk = f"/dev/{device.parents[0]}" if device.parents else "its disk"
        yield "it is a partition, from which nothing boots", f"Give the whole disk: {disk}."
    elif device.type not in _DISKS or device.kname.startswith(_IN_RAM):
        yield f"it is no disk of its own ({_kind(device)})", _LOOK
    elif below := _device_below(host, inventory, device):
        yield f"it is a loop device over {below}, whose use it hides", f"Give {below} itself."
    if _holds(host, inventory, device, iso):
        yield f"it holds {iso} itself", "Write to another disk."
    if sandbox := _origin_of(host, inventory, target):
        yield f"it is the origin of sandbox {sandbox}", f"Remove that first: sandbox-tui remove {sandbox}."
    if not device.verdict.ready:
        yield device.verdict.reason, "Unmount or release it first; look twice whether it is the right one."
    if device.read_only:
        yield "it is read-only", "Some sticks and cards have a switch for that."
    yield from _users(host, inventory, target)


def _kind(device: Device) -> str:
    return "a disk in RAM" if device.kname.startswith(_IN_RAM) else device.type


def _users(host: Host, inventory: Inventory, target: Target) -> Iterator[tuple[str, str]]:
    """Those that hold it without the kernel's knowing: open nodes, a second loop device."""
    device = target.device
    file = _behind(host, device.path)
    for loop in inventory.loops:
        other = _behind(host, loop.path) if file and loop.kname != device.kname else None
        if file and other and file.is_same(other):
            yield (
                f"its file is attached to {loop.path} too",
                f"Detach that first: losetup --detach {loop.path}.",
            )
    nodes = [node for part in (device, *target.parts) for node in (part.path, f"/dev/{part.kname}")]
    nodes += [device.file] if device.file else []
    for user in host.uses(device.devno, tuple(dict.fromkeys(nodes))):
        who = f"process {user.pid} {clean(user.program)} {user.how} {clean(user.what)}"
        yield f"in use: {who}", "End that program first."


def _holds(host: Host, inventory: Inventory, device: Device, iso: str) -> bool:
    """Whether the ISO is on the disk, or is the very file behind a loop device."""
    file = _behind(host, device.path)
    if file and file.is_same(host.node(iso)):
        return True
    on = mounts.holding(mounts.read(host), iso)
    return on is not None and device.kname in _disks_of(inventory, on)


def _disks_of(inventory: Inventory, mount: Mount) -> set[str]:
    """The kernel names of what is mounted, and of all that it lies on."""
    found: set[str] = set()
    left = [entry.kname for entry in inventory.devices if mounts.shows(mount, entry.devno, (entry.path,))]
    while left:
        kname = left.pop()
        below = inventory.device(kname)
        if kname not in found and below is not None:
            found.add(kname)
            left += below.parents
    return found


def _origin_of(host: Host, inventory: Inventory, target: Target) -> str:
    """The sandbox that has the disk, a part of it, or the file behind it as its origin."""
    nodes = {node for part in (target.device, *target.parts) for node in (part.path, f"/dev/{part.kname}")}
    for sandbox in inventory.sandboxes:
        origin = sandbox.record.origin if sandbox.record else ""
        if origin in nodes or (sandbox.origin and f"/dev/{sandbox.origin}" in nodes):
            return sandbox.name
        if origin and _is_or_has(host, origin, target.device, sandbox.name):
            return sandbox.name
    file = target.device.file
    return file.split("/")[3] if file.startswith(f"{paths.RUN_DIR}/") else ""


def _is_or_has(host: Host, origin: str, device: Device, name: str) -> bool:
    """Whether an origin is the file behind a loop device, or a directory that holds it."""
    file = _behind(host, device.path)
    if file is None:
        return False
    inside = paths.within(device.file, origin)
    return inside or any(_is(host, file, path) for path in (origin, paths.of(name, paths.IMAGE)))


def _is(host: Host, file: FileNode, path: str) -> bool:
    try:
        return file.is_same(host.node(path))
    except OSError:
        return False


def _behind(host: Host, path: str) -> FileNode | None:
    """The file behind a loop device; None for all else, and where it is not known."""
    try:
        return host.behind(path)
    except OSError:
        return None


def _device_below(host: Host, inventory: Inventory, device: Device) -> str:
    """The device that a loop device is attached to in place of a file; empty for none."""
    file = _behind(host, device.path)
    if file is None or not file.number:
        return ""
    number = f"{os.major(file.number)}:{os.minor(file.number)}"
    return next((found.path for found in inventory.devices if found.devno == number), f"the device {number}")


def _probed(host: Host, device: Device) -> Device:
    """With what is really on it: udev, whom lsblk asks, may lag behind or not be there."""
    if not host.is_root():
        return device
    with suppress(CommandFailed):
        label = probe(host, device.path, "LABEL")
        return replace(device, fstype=probe(host, device.path), label=label)
    return device


def _below(inventory: Inventory, device: Device) -> Iterator[Device]:
    for name in device.children:
        child = inventory.device(name)
        if child is not None:
            yield child
            yield from _below(inventory, child)


def _content(part: Device) -> str:
    label = f"“{clean(part.label, _TEXT_WIDTH)}”" if part.label else ""
    what = part.fstype or "nothing known"
    return " ".join(filter(None, (part.kname, sizes.show(part.size), clean(what, _TEXT_WIDTH), label)))
