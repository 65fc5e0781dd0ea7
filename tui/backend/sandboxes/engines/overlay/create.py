"""Making a sandbox of layers: overlayfs over a read-only origin."""

from tui import __version__
from tui.backend import overlayfs, paths, sizes
from tui.backend.command import command
from tui.backend.errors import Refused, UsageError
from tui.backend.inventory.engines import overlay
from tui.backend.inventory.record import Record
from tui.backend.plan import Step
from tui.backend.sandboxes import evidence, frame, mounting, origin_steps
from tui.backend.sandboxes.facts import Draft, Survey
from tui.backend.sandboxes.mounting import Target
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.sandboxes.reserve import usual_size
from tui.backend.stores import layers, tmpfs

_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "fuse.sshfs", "virtiofs")
_USER_ATTRIBUTES = (6, 6)
"""The first kernel whose tmpfs keeps attributes of the kind `user.*` (tmpfs(5))."""


def draft(request: CreateRequest, facts: Survey, name: str) -> Draft:
    """What an overlay sandbox will be, and the steps to it. Pure."""
    origin, own_place = facts.origin, request.mount is None
    mounting.check_members(origin.path, facts.elsewhere)
    size = _size(request, facts)
    target = mounting.check(facts.target or mounting.default_target(name))
    _outside(target, facts)
    record = Record(
        name=name,
        origin=origin.path,
        origin_size=origin.size,
        origin_id=origin.identity,
        image=origin.image,
        tree=origin.directory,
        engine=overlay.name,
        store=tmpfs.name,
        policy="",
        chunk=0,
        size=size,
        fstype=origin.fstype,
        mount=target.path,
        mount_options=mounting.options("overlay", own_place=own_place, suid_dev=request.suid_dev),
        mount_made=target.absent and not own_place,
        hashed=origin.image if request.hash is None else request.hash,
        brd_loaded=False,
        created=request.created,
        version=__version__,
        locked=_locks(facts),
        namespace=facts.namespace,
        diskseq=(origin.device and origin.device.diskseq) or 0,
    )
    return Draft(record, _steps(record, facts, target), _notes(facts))


def _locks(facts: Survey) -> str:
    """The kernel name of a device that has to be made read-only, for nothing can claim it; else empty."""
    device = facts.origin.device
    return device.kname if device is not None and facts.lacks.mapper and not device.read_only else ""


def _size(request: CreateRequest, facts: Survey) -> int:
    ram = facts.inventory.memory
    if request.size is None:
        return overlayfs.fit(usual_size(facts.free, None))
    wanted = request.size.in_bytes(origin=facts.origin.size, ram=ram.total, maximum=None)
    if wanted < overlayfs.LEAST:
        raise UsageError(
            f"{wanted} bytes is too little for a copy of any file.",
            f"Choose a size from {sizes.show(overlayfs.LEAST)} on.",
        )
    return overlayfs.fit(wanted)


def _outside(target: Target, facts: Survey) -> None:
    """Making the mount point must not change the origin, nor may the sandbox show itself."""
    if facts.origin.directory and facts.target_inside:
        raise Refused(
            f"{target.path} cannot be the mount point: it is inside the origin {facts.origin.path}.",
            "Choose a directory outside of it, or leave --mount out.",
        )


def _notes(facts: Survey) -> tuple[str, ...]:
    origin, notes = facts.origin, []
    if origin.directory:
        notes.append(
            "The origin must not be changed by others while the sandbox exists;"
            " what is mounted below it is not part of it."
        )
        if origin.fstype in _NETWORK:
            notes.append(
                f"It is on a network file system ({origin.fstype}): other machines must not change it either."
            )
    if facts.unfinished:
        notes.append(
            f"The journal of the {origin.fstype} was left unfinished. It is not replayed, for that would"
            " write to the origin: the newest changes in it may be missing or look damaged."
        )
    if facts.kernel and facts.kernel < _USER_ATTRIBUTES:
        notes.append(
            "A file that is changed loses its user.* attributes in the sandbox: this kernel's tmpfs has none."
        )
    return tuple(notes)


def _steps(record: Record, facts: Survey, target: Target) -> tuple[Step, ...]:
    name, origin = record.name, facts.origin
    return (
        *origin_steps.same(origin),
        *frame.directory(name),
        frame.begin(name, "create"),
        frame.note(record),
        *frame.load(facts.abilities, "overlayfs", "overlay"),
        *(frame.udev_rule(facts.abilities, name) if origin.image else ()),
        *_protect(record, facts),
        *(() if origin.directory else evidence.note(record, origin, facts.inventory)),
        *_lower(name, facts),
        *(evidence.note(record, origin, facts.inventory) if origin.directory else ()),
        *layers.make(name, record.size),
        *layers.like_the_origin(name),
        *mounting.overlay_steps(name, target, record.mount_options),
        frame.end(name, "create"),
        *(origin_steps.tie() if origin.image or _is_claimed(facts) else ()),
    )


def _is_claimed(facts: Survey) -> bool:
    """Whether a map claims the origin: a device, on a machine that has device-mapper."""
    return facts.origin.device is not None and not facts.lacks.mapper


def _protect(record: Record, facts: Survey) -> tuple[Step, ...]:
    """See that nothing that mounts the origin can write to it."""
    name, origin = record.name, facts.origin
    if origin.device is not None and _is_claimed(facts):
        return origin_steps.claim(name, origin.device, facts.abilities)
    return origin_steps.lock(origin) if record.locked else origin_steps.attach(name, origin)


def _lower(name: str, facts: Survey) -> tuple[Step, ...]:
    """The origin where overlayfs shall find it, in a way that cannot be written through."""
    origin = facts.origin
    place = paths.of(name, paths.LOWER)
    if origin.directory:
        mount, how = (
            command("mount", "--bind", "-o", "ro", origin.path, place),
            "Bind the origin there, read-only",
        )
    else:
        source = origin_steps.ATTACHED if _is_claimed(facts) else origin_steps.source(origin)
        kind, options = overlayfs.kernel_type(origin.fstype), overlayfs.lower_options(origin.fstype)
        # no helper program, which could mount it writable
        mount = command("mount", "--internal-only", "-t", kind, "-o", options, source, place)
        how = "Mount the origin there, read-only and without replaying its journal"
    return (
        Step("Make a place for the lower layer", command("mkdir", place), command("rmdir", place)),
        Step(how, mount, command("umount", place)),
        *((origin_steps.bound(origin, place),) if origin.directory else ()),
    )
