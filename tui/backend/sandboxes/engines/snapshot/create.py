"""Making a sandbox of a device: a device-mapper snapshot of the origin."""

from tui import __version__
from tui.backend import exception_store, mapper, paths, stores
from tui.backend.errors import Refused, UsageError
from tui.backend.inventory.engines import snapshot
from tui.backend.inventory.record import Record
from tui.backend.plan import Step
from tui.backend.sandboxes import evidence, frame, mounting, origin_steps
from tui.backend.sandboxes.engines.snapshot import choice
from tui.backend.sandboxes.facts import Draft, Survey
from tui.backend.sandboxes.mounting import Target
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.sandboxes.reserve import usual_size
from tui.backend.stores import Store, ramdisk
from tui.backend.stores.made import Made


def draft(request: CreateRequest, facts: Survey, name: str) -> Draft:
    """What a snapshot sandbox will be, and the steps to it. Pure."""
    origin, length = facts.origin, facts.origin.size or 0
    policy, chunk = _format(request, facts)
    chosen, why = stores.choose(choice.store(request), facts.stores)
    maximum = exception_store.cannot_overflow(length, chunk, policy)
    size = _size(request, facts, chunk, policy, maximum, pinned=chosen.pinned)
    store = _store(request, facts, chosen, name, size)
    target = _target(request, facts, name)
    own_place = request.mount is None
    options = mounting.options(origin.fstype, own_place=own_place, suid_dev=request.suid_dev)
    record = Record(
        name=name,
        origin=origin.path,
        origin_size=length,
        origin_id=origin.identity,
        image=origin.image,
        engine=snapshot.name,
        store=chosen.name,
        policy=policy,
        chunk=chunk,
        size=store.size,
        fstype=origin.fstype,
        mount=target.path if target else None,
        mount_options=options if target else "",
        mount_made=target is not None and target.absent and not own_place,
        hashed=origin.image if request.hash is None else request.hash,
        brd_loaded=store.loads,
        created=request.created,
        version=__version__,
        namespace=facts.namespace,
        diskseq=(origin.device and origin.device.diskseq) or 0,
    )
    steps, notes = _steps(record, facts, store, target), _notes(record, facts, maximum)
    reason = (f"Store {chosen.name}: {why}.",) if why else ()
    return Draft(record, steps, (*reason, *notes), pinned=chosen.pinned)


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


def _size(
    request: CreateRequest, facts: Survey, chunk: int, policy: str, maximum: int, *, pinned: bool
) -> int:
    ram = facts.inventory.memory
    if request.size is None:
        wanted = usual_size(facts.free_pinned if pinned else facts.free, maximum)
    else:
        wanted = request.size.in_bytes(origin=facts.origin.size, ram=ram.total, maximum=maximum)
    if wanted < chunk:
        raise UsageError(
            f"{wanted} bytes is less than one chunk ({chunk} bytes).", "Choose a size of some MiB at least."
        )
    return min(
        exception_store.fit(wanted, chunk, policy), max(maximum, exception_store.fit(0, chunk, policy))
    )


def _store(request: CreateRequest, facts: Survey, chosen: Store, name: str, size: int) -> Made:
    inventory = facts.inventory
    if request.classic:
        return ramdisk.make_classic(name, size, inventory, facts.abilities)
    return chosen.make(name, size, inventory, facts.abilities)


def _target(request: CreateRequest, facts: Survey, name: str) -> Target | None:
    if request.no_mount:
        return None
    if not mounting.mountable(facts.origin.fstype):
        if request.mount is None:
            return None
        raise Refused(
            f"{facts.origin.path} cannot be mounted: {mounting.holds(facts.origin.fstype)}.",
            "Leave the mount out: --no-mount.",
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
        found = mounting.holds(origin.fstype)
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
    name, origin, able = record.name, facts.origin, facts.abilities
    source = origin_steps.source(origin)
    table = mapper.table(source, origin.size or 0, store.cow, record.policy, record.chunk)
    mount = mounting.steps(name, origin.fstype, target, record.mount_options) if target else ()
    return (
        *origin_steps.same(origin),
        *frame.directory(name),
        frame.begin(name, "create"),
        frame.note(record),
        *frame.load(able, "snapshot target", "dm-snapshot"),
        *frame.udev_rule(able, name),
        *store.steps,
        *origin_steps.attach(name, origin),
        mapper.create_step(name, table, able.udev),
        *evidence.note(record, origin, facts.inventory),
        *mount,
        frame.end(name, "create"),
    )
