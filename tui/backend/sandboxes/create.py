"""Making a sandbox: from a request and readings of the machine to a plan."""

from dataclasses import dataclass, replace

from tui import __version__
from tui.backend import names, paths
from tui.backend.command import Ref, command
from tui.backend.engines import exception_store, snapshot
from tui.backend.errors import Refused, UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities, origins
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.origins import Origin
from tui.backend.inventory.record import Record
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import frame, memory, mounting
from tui.backend.sandboxes.mounting import Target
from tui.backend.sandboxes.request import RAMDISK, CreateRequest
from tui.backend.stores import Store, ramdisk, tmpfs


@dataclass(frozen=True, slots=True)
class Survey:
    """All readings that the plan is made from. `target` None: no mount was asked for."""

    inventory: Inventory
    abilities: Abilities
    origin: Origin
    target: Target | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan to be shown and run, and what will be when it is done (`record`)."""

    plan: Plan
    record: Record


def survey(host: Host, inventory: Inventory, request: CreateRequest) -> Survey:
    """Read what the request needs beyond the inventory."""
    chosen = None if request.no_mount or request.mount is None else mounting.survey(host, request.mount)
    if request.classic or request.store == RAMDISK:
        inventory = ramdisk.probed(host, inventory)
    return Survey(inventory, abilities.read(host), origins.find(host, inventory, request.origin), chosen)


def prepare(host: Host, inventory: Inventory, request: CreateRequest) -> Prepared:
    """Survey and plan in one. Raises UsageError, NotFound or Refused; touches nothing."""
    return plan(request, survey(host, inventory, request))


def plan(request: CreateRequest, facts: Survey) -> Prepared:
    """The plan for a request. Pure."""
    origin = _usable(facts.origin)
    name = _name(request, facts)
    policy, chunk = _format(request, origin)
    maximum = exception_store.cannot_overflow(origin.size, chunk, policy)
    size = _size(request, facts, chunk, policy, maximum)
    store, size = _store(request, facts, name, size)
    memory.check(size, facts.inventory.memory, facts.inventory.sandboxes)
    target = _target(request, facts, name)
    own_place = request.mount is None
    options = mounting.options(origin.fstype, own_place=own_place, suid_dev=request.suid_dev)
    record = Record(
        name=name,
        origin=origin.path,
        origin_size=origin.size,
        origin_id=origin.identity,
        image=origin.image,
        engine="snapshot",
        store=RAMDISK if request.classic else request.store,
        policy=policy,
        chunk=chunk,
        size=size,
        fstype=origin.fstype,
        mount=target.path if target else None,
        mount_options=options if target else "",
        mount_made=target is not None and target.absent and not own_place,
        hashed=origin.image if request.hash is None else request.hash,
        brd_loaded=store.brd_loaded,
        created=request.created,
        version=__version__,
    )
    steps = _steps(record, origin, store, facts.abilities, target)
    return Prepared(Plan("create", name, steps, notes=_notes(record, origin, maximum)), record)


def _usable(origin: Origin) -> Origin:
    if not origin.refusal:
        return origin
    hint = "`sandbox-tui devices` lists what can be an origin."
    if origin.refusal.startswith("in use: mounted on "):
        hint = f"Unmount it first: umount {origin.path}. (The root of the running system cannot be.)"
    raise Refused(f"{origin.path} cannot be an origin: {origin.refusal}.", hint)


def _name(request: CreateRequest, facts: Survey) -> str:
    taken = frozenset(sandbox.name for sandbox in facts.inventory.sandboxes)
    taken |= {device.path.removeprefix("/dev/mapper/") for device in facts.inventory.devices}
    if request.name is None:
        return names.suggest(facts.origin.path, taken)
    name = names.check(request.name)
    if name in taken:
        raise Refused(
            f"The name {name} is taken.", f"Choose another one, such as {names.suggest(name, taken)}."
        )
    return name


def _format(request: CreateRequest, origin: Origin) -> tuple[str, int]:
    policy = exception_store.TRANSIENT if request.classic else exception_store.PERSISTENT
    usual = exception_store.CLASSIC_CHUNK if request.classic else exception_store.DEFAULT_CHUNK
    chunk = max(usual, origin.sector) if request.chunk is None else request.chunk
    return policy, exception_store.check_chunk(chunk, origin.sector)


def _size(request: CreateRequest, facts: Survey, chunk: int, policy: str, maximum: int) -> int:
    ram = facts.inventory.memory
    if request.size is None:
        wanted = memory.default_size(ram, facts.inventory.sandboxes, maximum)
    else:
        wanted = request.size.in_bytes(origin=facts.origin.size, ram=ram.total, maximum=maximum)
    if wanted < chunk:
        raise UsageError(
            f"{wanted} bytes is less than one chunk ({chunk} bytes).", "Choose a size of some MiB at least."
        )
    return min(
        exception_store.fit(wanted, chunk, policy), max(maximum, exception_store.fit(0, chunk, policy))
    )


def _store(request: CreateRequest, facts: Survey, name: str, size: int) -> tuple[Store, int]:
    others = tuple(device for device in facts.inventory.devices if device != facts.origin.device)
    inventory = replace(facts.inventory, devices=others)
    if request.classic:
        return ramdisk.make_classic(size, inventory, facts.abilities)
    if request.store == RAMDISK:
        return ramdisk.make(name, size, inventory, facts.abilities), size
    return tmpfs.make(name, size), size


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
    return mounting.check(facts.target or mounting.default_target(name))


def _notes(record: Record, origin: Origin, maximum: int) -> tuple[str, ...]:
    notes = []
    if record.size >= maximum:
        notes.append("It cannot overflow: there is room for a change of every chunk of the origin.")
    elif record.policy == exception_store.TRANSIENT:
        notes.append("Classic recipe: when the RAM is used up, everything in the sandbox is lost.")
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


def _steps(
    record: Record, origin: Origin, store: Store, able: Abilities, target: Target | None
) -> tuple[Step, ...]:
    name = record.name
    source: str | Ref = Ref("ORIGIN") if origin.image else origin.path
    table = snapshot.table(source, origin.size, store.cow, record.policy, record.chunk)
    load = Step("Load the kernel's snapshot target", command("modprobe", "dm-snapshot"))
    mount = mounting.steps(name, origin.fstype, target, record.mount_options) if target else ()
    return (
        *_same_disk(origin),
        *frame.directory(name),
        frame.begin(name, "create"),
        Step(
            "Write down what was asked for",
            frame.write(paths.of(name, paths.RECORD), record.text()),
            frame.delete(paths.of(name, paths.RECORD)),
            partial=True,
        ),
        *(() if able.snapshot else (load,)),
        *frame.udev_rule(able),
        *store.steps,
        *(_attach(name, origin.path) if origin.image else ()),
        *_evidence(record, origin, source),
        snapshot.create_step(name, table, able.udev),
        *mount,
        frame.end(name, "create"),
    )


def _same_disk(origin: Origin) -> tuple[Step, ...]:
    """Names like sda move: look once more just before acting."""
    device = origin.device
    if device is None:
        return (
            Step(
                "Check the image's size", command("stat", "--format=%s", origin.path), expect=str(origin.size)
            ),
        )
    size = Step(
        "Check the origin's size", command("blockdev", "--getsize64", device.path), expect=str(device.size)
    )
    if device.diskseq is None:
        return (size,)
    disk = device.parents[0] if device.type == "part" and device.parents else device.kname
    number = command("cat", f"/sys/class/block/{disk}/diskseq")
    return (size, Step("Check that it still is the same disk", number, expect=str(device.diskseq)))


def _attach(name: str, file: str) -> tuple[Step, ...]:
    """A read-only loop device over a read-only bind mount below our directory: nothing can
    write through either, and the loop's backing file tells whose it is.
    """
    place = paths.of(name, paths.IMAGE)
    return (
        Step("Make a place for the image", command("touch", place), frame.delete(place), partial=True),
        Step(
            "Bind the image there, read-only",
            command("mount", "--bind", "-o", "ro", file, place),
            command("umount", place),
        ),
        Step(
            "Attach it to a read-only loop device: the origin",
            command("losetup", "--find", "--show", "--read-only", place),
            command("losetup", "--detach", Ref("ORIGIN")),
            capture="ORIGIN",
        ),
    )


def _evidence(record: Record, origin: Origin, source: str | Ref) -> tuple[Step, ...]:
    """Note what will prove, at the end, that the origin was not written."""
    number = Step(
        "Find the origin's device number",
        command("lsblk", "--nodeps", "--noheadings", "--raw", "--output", "MAJ:MIN", source),
        capture="DEVNO",
    )
    counters, digest = paths.of(record.name, paths.COUNTERS), paths.of(record.name, paths.HASH)
    count = Step(
        "Note how much was ever written to the origin",
        replace(command("cat", ("/sys/dev/block/", Ref("DEVNO"), "/stat")), output=counters),
        frame.delete(counters),
        partial=True,
    )
    hashing = Step(
        "Note the origin's hash",
        command("sha256sum", "--binary", origin.path, output=digest),
        frame.delete(digest),
        partial=True,
    )
    return (number, count, *((hashing,) if record.hashed else ()))
