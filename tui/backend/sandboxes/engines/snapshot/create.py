"""Making a sandbox of a device: a device-mapper snapshot of the origin."""

from tui import __version__
from tui.backend import exception_store, mapper, paths
from tui.backend.command import command
from tui.backend.engine_names import SNAPSHOT
from tui.backend.errors import Refused, UsageError
from tui.backend.inventory.record import Record
from tui.backend.plan import Step
from tui.backend.sandboxes import frame, mounting, origin_steps, proof
from tui.backend.sandboxes.facts import Draft, Survey
from tui.backend.sandboxes.mounting import Target
from tui.backend.sandboxes.request import RAMDISK, CreateRequest
from tui.backend.sandboxes.reserve import usual_size
from tui.backend.stores import STORES, ramdisk
from tui.backend.stores.made import Made


def draft(request: CreateRequest, facts: Survey, name: str) -> Draft:
    """What a snapshot sandbox will be, and the steps to it. Pure."""
    origin, length = facts.origin, facts.origin.size or 0
    policy, chunk = _format(request, facts)
    maximum = exception_store.cannot_overflow(length, chunk, policy)
    size = _size(request, facts, chunk, policy, maximum)
    store = _store(request, facts, name, size)
    target = _target(request, facts, name)
    own_place = request.mount is None
    options = mounting.options(origin.fstype, own_place=own_place, suid_dev=request.suid_dev)
    record = Record(
        name=name,
        origin=origin.path,
        origin_size=length,
        origin_id=origin.identity,
        image=origin.image,
        engine=SNAPSHOT,
        store=RAMDISK if request.classic else request.store,
        policy=policy,
        chunk=chunk,
        size=store.size,
        fstype=origin.fstype,
        mount=target.path if target else None,
        mount_options=options if target else "",
        mount_made=target is not None and target.absent and not own_place,
        hashed=origin.image if request.hash is None else request.hash,
        brd_loaded=store.brd_loaded,
        created=request.created,
        version=__version__,
        namespace=facts.namespace,
        diskseq=(origin.device and origin.device.diskseq) or 0,
    )
    return Draft(record, _steps(record, facts, store, target), _notes(record, facts, maximum))


def _format(request: CreateRequest, facts: Survey) -> tuple[str, int]:
    origin = facts.origin
    policy = exception_store.TRANSIENT if request.classic else exception_store.PERSISTENT
    usual = exception_store.CLASSIC_CHUNK if request.classic else exception_store.DEFAULT_CHUNK
    if facts.unreadable:
        usual = origin.sector  # each write is of whole chunks then: the origin is not read for it
    if request.failing and request.chunk not in (None, origin.sector):
        raise UsageError(
            f"A failing disk needs chunks of one sector, {origin.sector} bytes here.",
            "Leave out --chunk, or --failing.",
        )
    chunk = max(usual, origin.sector) if request.chunk is None else request.chunk
    return policy, exception_store.check_chunk(chunk, origin.sector)


def _size(request: CreateRequest, facts: Survey, chunk: int, policy: str, maximum: int) -> int:
    ram = facts.inventory.memory
    if request.size is None:
        wanted = usual_size(facts.free, maximum)
    else:
        wanted = request.size.in_bytes(origin=facts.origin.size, ram=ram.total, maximum=maximum)
    if wanted < chunk:
        raise UsageError(
            f"{wanted} bytes is less than one chunk ({chunk} bytes).", "Choose a size of some MiB at least."
        )
    return min(
        exception_store.fit(wanted, chunk, policy), max(maximum, exception_store.fit(0, chunk, policy))
    )


def _store(request: CreateRequest, facts: Survey, name: str, size: int) -> Made:
    others = tuple(device for device in facts.inventory.devices if device != facts.origin.device)
    inventory = facts.inventory.knowing(others)
    if request.classic:
        return ramdisk.make_classic(size, inventory, facts.abilities)
    return STORES[request.store].make(name, size, inventory, facts.abilities)


def _target(request: CreateRequest, facts: Survey, name: str) -> Target | None:
    if request.no_mount:
        return None
    if not mounting.mountable(facts.origin.fstype):
        if request.mount is None:
            return None
        found = facts.origin.fstype or "no file system"
        raise Refused(
            f"{facts.origin.path} cannot be mounted: it holds {found}.", "Leave the mount out: --no-mount."
        )
    mounting.check_members(facts.origin.path, facts.elsewhere)
    return mounting.check(facts.target or mounting.default_target(name))


def _notes(record: Record, facts: Survey, maximum: int) -> tuple[str, ...]:
    origin, notes = facts.origin, []
    if record.size >= maximum:
        notes.append("It cannot overflow: there is room for a change of every chunk of the origin.")
    elif record.policy == exception_store.TRANSIENT:
        notes.append("Classic recipe: when the RAM is used up, everything in the sandbox is lost.")
    if facts.unreadable:
        notes.append(_failing(record, facts))
    if record.mount is None:
        found = f"it holds {origin.fstype}" if origin.fstype else "no file system was found on it"
        notes.append(f"It will not be mounted ({found}); work on {paths.device(record.name)} itself.")
    if origin.fstype == "LVM2_member":
        notes.append(
            "While the sandbox exists, LVM sees this physical volume twice and refuses its volume group;"
            " inside the sandbox use vgimportclone."
        )
    if origin.fstype == "btrfs":
        notes.append(
            "Do not mount the origin's btrfs anywhere while the sandbox exists: the kernel would mix them up."
        )
    return tuple(notes)


def _failing(record: Record, facts: Survey) -> str:
    """What is done about sectors that cannot be read; or is not, where a chunk was asked for."""
    why = f"{facts.origin.path} has sectors that cannot be read ({facts.unreadable})"
    if record.chunk > facts.origin.sector:
        return (
            f"{why}: a write to a part of such a chunk makes the whole sandbox BROKEN. Leave out --chunk:"
            f" chunks of {facts.origin.sector} bytes are safe from that."
        )
    return (
        f"{why}: chunks of one sector, so that no write has to read it. That is slower; an"
        " image of the disk (ddrescue) is a better origin."
    )


def _steps(record: Record, facts: Survey, store: Made, target: Target | None) -> tuple[Step, ...]:
    name, origin, able, devices = record.name, facts.origin, facts.abilities, facts.inventory.devices
    source = origin_steps.source(origin)
    table = mapper.table(source, origin.size or 0, store.cow, record.policy, record.chunk)
    load = Step("Load the kernel's snapshot target", command("modprobe", "dm-snapshot"))
    mount = mounting.steps(name, origin.fstype, target, record.mount_options) if target else ()
    return (
        *origin_steps.same(origin),
        *frame.directory(name),
        frame.begin(name, "create"),
        frame.note(record),
        *(() if able.snapshot else (load,)),
        *frame.udev_rule(able),
        *store.steps,
        *origin_steps.attach(name, origin),
        mapper.create_step(name, table, able.udev),
        *proof.note(record, origin, devices),
        *mount,
        frame.end(name, "create"),
    )
