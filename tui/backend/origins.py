"""From what the user typed (`/dev/sdb1`, `LABEL=data`, `disk.img`, a directory) to one origin."""

from dataclasses import dataclass

from tui.backend import blkid, overlayfs, paths
from tui.backend.errors import NotFound, Refused, UsageError
from tui.backend.host import FileKind, Host
from tui.backend.inventory import Inventory, loops, mounts
from tui.backend.inventory.devices import Device
from tui.backend.kernel.mountinfo import Mount
from tui.backend.problem import Code, Problem
from tui.backend.text import clean

_TAGS = {
    "LABEL": "label",
    "UUID": "uuid",
    "PARTLABEL": "partlabel",
    "PARTUUID": "partuuid",
}


_NO_LEASES = ("nfs", "nfs4", "cifs", "smb3", "ceph")
"""File systems that refuse a lease for reasons of their own: their server gave them none."""


_PART = Problem(Code.OURS, "part of a sandbox")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is to be sandboxed: a block device, an image file, or a directory (`device` is None).

    `identity` tells it from another one of its name: that of a disk is what it says of itself, of a file or
    directory its numbers. `size` (None: not known, of a directory) and `sector` (logical block) are in bytes.
    For a directory `fstype` is that of the file system it is on. `problem` says why it cannot be an origin,
    None when it can.
    """

    path: str
    size: int | None
    sector: int
    fstype: str
    identity: str
    device: Device | None
    problem: Problem | None = None
    directory: bool = False

    @property
    def image(self) -> bool:
        """Whether it is a file, to be attached to a read-only loop device."""
        return self.device is None and not self.directory


def find(host: Host, inventory: Inventory, text: str) -> Origin:
    """The origin that a text names. UsageError, NotFound or Refused when there is none."""
    if not text:
        raise UsageError(
            "No origin was given.", "Give a device, LABEL=…, UUID=…, an image file or a directory."
        )
    tag, equals, value = text.partition("=")
    if equals and tag in _TAGS:
        return _of_device(host, _tagged(inventory, text, _TAGS[tag], value.strip("\"'")))
    path = host.resolve(text)
    kind = host.kind(path)
    if kind is FileKind.BLOCK:
        return _of_device(host, _at_path(host, inventory, path, text))
    if kind is FileKind.FILE:
        return _of_image(host, inventory, path)
    if kind is FileKind.DIRECTORY:
        return _of_directory(host, path)
    if kind is None:
        raise NotFound(f"{text} does not exist.", "`sandbox-tui devices` lists what there is.")
    raise Refused(
        f"{text} is a {kind.value}, not a block device, an image file or a directory.",
        "`sandbox-tui devices` lists what can be an origin.",
    )


def _tagged(inventory: Inventory, text: str, field: str, value: str) -> Device:
    found = [device for device in inventory.devices if value and getattr(device, field) == value]
    found = [device for device in found if not device.verdict.ours]  # a sandbox has its origin's label
    if not found:
        raise NotFound(f"No device has {text}.", "`sandbox-tui devices` lists what there is.")
    if len(found) > 1:
        names = ", ".join(device.path for device in found)
        raise Refused(f"{text} is the name of more than one device: {names}.", "Give the device itself.")
    return found[0]


def _at_path(host: Host, inventory: Inventory, path: str, text: str) -> Device:
    """By the number of its node: a device can have many."""
    try:
        number = loops.devno(host.node(path).number)
    except OSError:
        number = ""
    kname = host.resolve(f"/sys/dev/block/{number}").rpartition("/")[2]
    for device in inventory.around(kname):
        if device.devno == number:
            return device
    raise NotFound(f"{text} has gone away.", "Look at the devices again: `sandbox-tui devices`.")


def _of_device(host: Host, device: Device) -> Origin:
    """The disk itself is asked for its file system: udev, whom lsblk asks, may lag behind."""
    problem = device.verdict.problem
    fstype = device.fstype if problem or not host.is_root() else blkid.probe(host, device.path)
    return Origin(device.path, device.size, device.sector, fstype, device.identity, device, problem)


def _of_image(host: Host, inventory: Inventory, path: str) -> Origin:
    size = host.size(path)
    problem = _unfit_image(path, size) or _written(host, inventory, path)
    return Origin(path, size, 512, blkid.probe(host, path), _identity(host, path), None, problem)


def _identity(host: Host, path: str) -> str:
    """Which file or directory a path without links names. Refused where it leads elsewhere by now."""
    found = host.run(["stat", "--format=%d:%i", path]).strip("\n")
    if host.resolve(path) != path:
        raise Refused(f"{path} leads elsewhere now: somebody has changed it.", "Give it again.")
    return found


def _unfit_image(path: str, size: int) -> Problem | None:
    if path.startswith(f"{paths.RUN_DIR}/"):
        return _PART
    if not size:
        return Problem(Code.UNFIT, "empty: 0 bytes")
    if size % 512:
        lost = size % 512
        return Problem(
            Code.UNFIT, f"{size} bytes is not a multiple of 512: a disk would lack the last {lost}"
        )
    return None


def _written(host: Host, inventory: Inventory, path: str) -> Problem | None:
    written = host.is_written(path)
    words = "" if written is False else _writer(host, inventory, path, known=written is not None)
    return Problem(Code.IN_USE, f"in use: {words}") if words else None


def _writer(host: Host, inventory: Inventory, path: str, *, known: bool) -> str:
    """Who has an image open for writing, by whatever name. `known`: somebody has; but a network file system
    may say so of any file.
    """
    writers = [one for one in inventory.loops if not one.read_only and loops.is_over(host, one, path)]
    if writers:
        return f"attached to {writers[0].path}, which can write to it"
    found = next(iter(host.writers(host.node(path))), None)
    if found is not None:
        return f"process {found.pid} ({clean(found.program)}) has it open for writing"
    on = mounts.holding(mounts.read(host), path)
    known = known and (on is None or on.fstype not in _NO_LEASES)
    return "it is open for writing" if known else ""


def _of_directory(host: Host, path: str) -> Origin:
    found = mounts.read(host)
    on = mounts.holding(found, path)
    fstype = on.fstype if on else ""
    return Origin(
        path,
        None,
        512,
        fstype,
        _identity(host, path),
        None,
        _unfit_directory(host, path, found),
        directory=True,
    )


def _unfit_directory(host: Host, path: str, found: tuple[Mount, ...]) -> Problem | None:
    if paths.within(path, paths.RUN_DIR):
        return _PART
    words = _why_not_below(host, path, found)
    return Problem(Code.UNFIT, words) if words else None


def usable(origin: Origin, usual: str = "`sandbox-tui devices` lists what can be an origin.") -> Origin:
    """The origin itself, or Refused with what stands against it. `usual`: the way out where none is known."""
    problem = origin.problem
    if problem is None:
        return origin
    raise Refused(f"{origin.path} cannot be an origin: {problem.cause}.", problem.remedy or usual)


def _why_not_below(host: Host, path: str, found: tuple[Mount, ...]) -> str:
    """Why a directory cannot be the lower layer of an overlay, empty when it can."""
    if mounts.is_in(found, paths.RUN_DIR, path):
        return f"{paths.RUN_DIR}, where sandboxes are kept, would be inside it"
    for layer, point in mounts.layers(found):
        if paths.within(path, layer):
            return f"the overlay on {point} writes to {layer}"
    on = mounts.holding(found, path)
    if on is not None and (reason := overlayfs.refusal(on.fstype)):
        return reason
    try:
        host.listdir(path)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return ""
