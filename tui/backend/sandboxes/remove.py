"""Taking a sandbox apart. The plan is made from what is found, so that it serves a whole
sandbox and the remains of an interrupted verb alike.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tui.backend import mapper, paths, requirements, stores
from tui.backend.command import command
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities, blockers
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.blockers import Blocker
from tui.backend.inventory.maps import Map
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.mountinfo import Mount
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import engines, evidence, frame, kept, origin_steps, ownership, unmounting
from tui.backend.sandboxes.evidence import Evidence
from tui.backend.text import clean

_FILES = (
    paths.IMAGE,
    paths.COUNTERS,
    paths.HASH,
    paths.MANIFEST,
    paths.HASHES,
    paths.LISTED,
    paths.CHANGES,
    paths.LOADED,
    paths.NEW_RECORD,
)


class InUse(Refused):
    """What is in the way of removing a sandbox, or unmounting it: its `blockers`, a line for each."""

    lines = True

    def __init__(self, found: tuple[Blocker, ...], message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.blockers = found


@dataclass(frozen=True, slots=True)
class Prepared:
    """The plan, the sandboxes that it removes, what was noted of their origins when they were made, and the
    names of those that are `busy`, each with who is in the way.
    """

    plan: Plan
    gone: tuple[Sandbox, ...]
    noted: tuple[Evidence, ...]
    busy: tuple[tuple[str, str], ...] = ()


def prepare(host: Host, inventory: Inventory, names: tuple[str, ...], *, free: bool = False) -> Prepared:
    """The plan that removes these sandboxes, or those of them that are `free`; empty for none. NotFound, or
    Refused with who is in the way: of what is to be free only where none is.
    """
    if not names:
        return Prepared(Plan("remove", "", ()), (), ())
    found = tuple(inventory.sandbox(name) for name in dict.fromkeys(names))
    refused: dict[str, Refused] = {}
    for sandbox in found:
        try:
            check(ownership.check(sandbox), blockers.read(inventory, sandbox))
        except Refused as refusal:
            refused[sandbox.name] = refusal
    if refused and (not free or len(refused) == len(found)):
        raise next(iter(refused.values()))
    found = tuple(sandbox for sandbox in found if sandbox.name not in refused)
    noted = tuple(evidence.read(inventory, sandbox, number) for number, sandbox in enumerate(found, 1))
    made = requirements.check(host, removal(host, inventory, found, noted))
    return Prepared(made, found, noted, tuple((name, _in_the_way(why)) for name, why in refused.items()))


def removal(
    host: Host, inventory: Inventory, gone: tuple[Sandbox, ...], proofs: tuple[Evidence, ...] = ()
) -> Plan:
    """The plan for sandboxes (or remains) that nothing uses, as the machine is now."""
    found = tuple(ownership.keep_locked(host, sandbox) for sandbox in gone)
    able = abilities.read(host)
    for store in stores.STORES.values():
        able = store.survey_end(inventory, found, able)
    made = plan(found, able, proofs)
    return replace(made, notes=(*made.notes, *ownership.notes(gone, found)))


def _in_the_way(refusal: Refused) -> str:
    """Why one cannot go, on one line: the first of those that use it."""
    if isinstance(refusal, InUse):
        return _words(refusal.blockers[0])
    return clean(refusal.message)


def _words(blocker: Blocker) -> str:
    return f"{clean(blocker.what)}: {clean(blocker.how)}"


def check(sandbox: Sandbox, found: tuple[Blocker, ...]) -> None:
    """Refuse while anything is in the way, naming all of it."""
    if sandbox.is_root:
        raise Refused(
            f"{sandbox.name} is the root of the running system: without it there is none.",
            "It goes when the machine is switched off, and its changes with it.",
        )
    if not found:
        return
    lines = "\n".join(f"  {_words(blocker)}" for blocker in found)
    processes = any(blocker.pid is not None for blocker in found)
    raise InUse(
        found,
        f"The sandbox {sandbox.name} is in use:\n{lines}",
        "End these first. Nothing is killed or unmounted unless it was asked for."
        + (" A shell that waits for input ignores `kill`; `kill -HUP` ends it." if processes else ""),
    )


def plan(gone: tuple[Sandbox, ...], able: Abilities, proofs: tuple[Evidence, ...] = ()) -> Plan:
    """The plan for sandboxes (or remains) that nothing uses; `proofs` are what is to be compared before their
    origins are let go. Pure.
    """
    soft = tuple(step for sandbox in gone for step in _let_go(sandbox, able))
    soft += tuple(step for one in proofs for step in evidence.steps(one))
    shared = tuple(step for store in stores.STORES.values() for step in store.end(gone, able))
    late = {one.name: evidence.late_steps(one) for one in proofs}
    apart = ((sandbox, _take_apart(sandbox, able, late.get(sandbox.name, ()))) for sandbox in gone)
    hard = tuple(replace(step, of=sandbox.name) for sandbox, steps in apart for step in steps)
    clear = tuple(replace(step, of=sandbox.name) for sandbox in gone for step in _clear(sandbox))
    last = frame.last_one_out(able)
    name = ", ".join(sandbox.name for sandbox in gone)
    # what is shared goes before the records: after an interruption these tell what is ours to take away
    steps = (*soft, *hard, *shared, *clear, *last)
    notes = (
        *map(_which, gone),
        *(n for store in stores.STORES.values() for n in store.notes_of_end(gone, able)),
    )
    # nobody else may make a device writable meanwhile that others need to be read-only
    locked = any(sandbox.locked for sandbox in gone)
    names = () if locked else tuple(sandbox.name for sandbox in gone)
    return Plan("remove", name, steps, notes, len(soft), names)


def _which(sandbox: Sandbox) -> str:
    """What tells a sandbox from another one that takes its name."""
    record = sandbox.record
    if record is None:
        return f"{sandbox.name} has no record of what it is."
    made = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    return f"{sandbox.name} is the sandbox of {record.origin} that was made at {made}."


def _let_go(sandbox: Sandbox, able: Abilities) -> tuple[Step, ...]:
    """What can still be taken back: mark it, wake it if it is paused, unmount it, also where nobody can; then
    nobody may have it.
    """
    mark = (frame.begin(sandbox.name, "remove"),) if sandbox.entries else ()
    paused = sandbox.map is not None and sandbox.map.suspended
    wake = Step("Let waiting writes go on", mapper.dmsetup(able.udev, "resume", sandbox.name))
    unmount = unmounting.steps(sandbox)
    # copies of its mounts that go with their directories have it open until then, and are in nobody's way
    ask = sandbox.map is not None and not _own_points(sandbox)
    closed = (mapper.closed_step(sandbox.name),) if ask else ()
    return (*mark, *((wake,) if paused else ()), *unmount, *closed)


def _own_points(sandbox: Sandbox) -> tuple[str, ...]:
    """The directories that were made for it to be mounted on, and go with it."""
    place = (paths.of(sandbox.name, paths.MOUNT_POINT),) if paths.MOUNT_POINT in sandbox.entries else ()
    return tuple(dict.fromkeys((*place, *((sandbox.mount_left,) if sandbox.mount_left else ()))))


def _let_copies_go(sandbox: Sandbox) -> tuple[Step, ...]:
    """Anybody can keep a copy of our mounts, and with it the device, in a mount namespace that no process is
    in. The kernel unmounts all of them when the directory that they are on is removed (since Linux 3.18).

    Past the point of no return: until then an undo may mount there again, and somebody else could by now have
    put a link in the place of a directory that is gone.
    """
    own = _own_points(sandbox)
    return (Step("Remove the mount point that was made for it", kept.remove_empty(*own)),) if own else ()


def _take_apart(sandbox: Sandbox, able: Abilities, late: tuple[Step, ...]) -> tuple[Step, ...]:
    """What cannot be taken back, from the top down. `late` is read from the origin when nothing of it is
    mounted any more, and it still is read-only.
    """
    loops = sorted((loop for loop in sandbox.loops if not loop.tied), key=lambda loop: loop.file)
    lower = [mount for mount in sandbox.inner if mount.mountpoint == paths.of(sandbox.name, paths.LOWER)]
    inner = [mount for mount in sandbox.inner if mount not in lower]
    above = [entry for entry in sandbox.helpers if entry != sandbox.claim]
    return (
        *_let_copies_go(sandbox),
        *engines.of(sandbox.engine).clear(sandbox),
        *((_unmap(sandbox.map, able),) if sandbox.map else ()),
        *(_unmap(entry, able) for entry in above),
        *stores.of(sandbox).release(sandbox),  # which nothing but the map above it protects
        *(_release(mount) for mount in lower),  # before the loop device that it may be mounted from
        *_remove_own(sandbox, paths.LOWER),  # before the map that a copy of it would keep busy
        *late,
        *_unlock(sandbox),
        *(Step(f"Detach {loop.path}", command("losetup", "--detach", loop.path)) for loop in loops),
        *(_release(mount) for mount in reversed(inner)),
        *((_unmap(sandbox.claim, able),) if sandbox.claim else ()),
    )


def _remove_own(sandbox: Sandbox, part: str) -> tuple[Step, ...]:
    """Remove a directory that something of its was mounted on, and so what copies there are of the mount."""
    if part not in sandbox.entries:
        return ()
    return (Step(f"Remove its directory {part}", kept.remove_empty(paths.of(sandbox.name, part))),)


def _release(mount: Mount) -> Step:
    return Step(f"Release {clean(mount.mountpoint)}", command("umount", mount.mountpoint))


def _unlock(sandbox: Sandbox) -> tuple[Step, ...]:
    if sandbox.locked is None:
        return ()
    return (Step("Let the origin's device be written to again", origin_steps.unlock_command(sandbox.locked)),)


def _unmap(entry: Map, able: Abilities) -> Step:
    return Step(f"Remove the map {entry.name}", mapper.remove_command(entry.name, able.udev))


def _clear(sandbox: Sandbox) -> tuple[Step, ...]:
    """Its directory, with what tells `recover` about it last."""
    if not sandbox.entries and (sandbox.map or sandbox.helpers):
        return ()  # maps without a directory
    name = sandbox.name
    names = (*_FILES, *sorted(entry for entry in sandbox.entries if entry.startswith(paths.SORTING)))
    # the record goes last: it tells what is to be taken back
    files = [paths.of(name, file) for file in (*names, paths.RECORD) if file in sandbox.entries]
    return (
        *_remove_own(sandbox, paths.STORE),
        *_remove_own(sandbox, paths.CONFIG),
        *((Step("Remove its files", command("rm", "--force", *files)),) if files else ()),
        frame.end(name, *sorted({"remove", *_marks(sandbox)})),
        *kept.away(paths.of(name), name),
    )


def _marks(sandbox: Sandbox) -> set[str]:
    return {entry.removeprefix(paths.BUSY) for entry in sandbox.entries if entry.startswith(paths.BUSY)}
