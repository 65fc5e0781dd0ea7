"""Clearing what an interrupted verb left behind."""

from tui.backend import mapper, paths, requirements
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities, blockers, record
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.blockers import Blocker
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import engines, frame, kept, ownership, practice_disk, remove, repair
from tui.backend.text import clean


def prepare(host: Host, inventory: Inventory) -> Plan:
    """The plan that clears all remains, those of a demo too; it has no steps where there are
    none. Remains that something uses are left, and noted; Refused where there are no others.
    """
    able = abilities.read(host)
    practised = practice_disk.is_abandoned(host)
    practice = tuple(map(ownership.check, practice_disk.sandboxes_of(inventory))) if practised else ()
    disk = practice_disk.take_down(host, inventory) if practised else ()
    broken = [sandbox for sandbox in inventory.sandboxes if sandbox.interrupted or sandbox in practice]
    resume = tuple(sandbox for sandbox in broken if _only_growing(sandbox))
    torn = tuple(sandbox for sandbox in resume if not sandbox.whole)
    used = _used(
        inventory, tuple(sandbox for sandbox in broken if sandbox not in resume), len(broken), practice
    )
    broken = [sandbox for sandbox in broken if sandbox.name not in used]
    clear = tuple(sandbox for sandbox in broken if sandbox not in resume)
    made = {one.name: repair.make_again(host, inventory, one, udev=able.udev) for one in torn}
    first = tuple(step for one in resume for step in (*made.get(one.name, ()), *_settle(host, one, able)))
    first += tuple(step for sandbox in clear for step in _forget_node(host, sandbox))
    first += kept.leftovers(host)
    changing = _changing(inventory, nothing=not (broken or used or disk or _strays(host, inventory, able)))
    notes = (*map(repair.note_of, torn), *(_left(name, found) for name, found in used.items()), *changing)
    names = tuple(sandbox.name for sandbox in broken)
    if not (clear or _strays(host, inventory, able)):
        plan = Plan("recover", _names(broken), (*first, *disk), notes, len(first), names)
        return requirements.check(host, plan)
    removal = remove.removal(host, inventory, clear)
    steps, commit = (*first, *removal.steps, *disk), len(first) + (removal.commit or 0)
    whole = Plan("recover", _names(broken), steps, (*notes, *removal.notes), commit, names)
    return requirements.check(host, whole)


def _changing(inventory: Inventory, *, nothing: bool) -> tuple[str, ...]:
    """Notes on those that may have been interrupted, and whose lock somebody has. Refused where there is
    `nothing` else to recover.
    """
    found = [one for one in inventory.sandboxes if one.running and (one.busy is not None or not one.whole)]
    if found and nothing:
        ownership.check(found[0])
    return tuple(f"{one.name} is left: it {ownership.CHANGING}." for one in found)


def _used(
    inventory: Inventory, clear: tuple[Sandbox, ...], number: int, practice: tuple[Sandbox, ...]
) -> dict[str, tuple[Blocker, ...]]:
    """What uses those that are to be cleared, by name. Refused where that leaves none of the `number` of
    remains to be recovered, or where one is of a demo, whose disk goes with it.
    """
    used = {sandbox.name: found for sandbox in clear if (found := blockers.read(inventory, sandbox))}
    busy = [sandbox for sandbox in clear if sandbox.name in used]
    if busy and (len(busy) == number or any(sandbox in practice for sandbox in busy)):
        remove.check(busy[0], used[busy[0].name])
    return used


def _strays(host: Host, inventory: Inventory, able: Abilities) -> bool:
    """Whether our directory or rule is there, and no sandbox."""
    left = host.kind(paths.RUN_DIR) is not None and not kept.only(host)
    return not inventory.sandboxes and (able.rule or left)


def _forget_node(host: Host, sandbox: Sandbox) -> tuple[Step, ...]:
    """A udevd that died, or a removal that was given up, has not removed the nodes of maps that are gone."""
    there = {entry.name for entry in (sandbox.map, *sandbox.helpers) if entry}
    names = {sandbox.name, f"{sandbox.name}:cow", paths.claim(sandbox.name)} - there
    directory = paths.device(sandbox.name).rpartition("/")[0]
    try:
        left = sorted(names & set(host.listdir(directory)))
    except OSError:
        left = []
    return tuple(
        Step(f"Remove the node of {name}, which is gone", mapper.dmsetup(False, "mknodes", name))
        for name in left
    )


def _left(name: str, found: tuple[Blocker, ...]) -> str:
    users = ", ".join(clean(f"{one.what} {one.how}") for one in found)
    return f"{name} is left, because it is in use: {users}."


def _names(found: list[Sandbox]) -> str:
    return ", ".join(sandbox.name for sandbox in found)


def _only_growing(sandbox: Sandbox) -> bool:
    """An interrupted grow leaves a sandbox that works, or whose device can be made again: it may hold
    somebody's work.
    """
    return sandbox.busy == "grow" and (sandbox.whole or repair.is_torn(sandbox))


def _settle(host: Host, sandbox: Sandbox, able: Abilities) -> tuple[Step, ...]:
    """Bring a store back to the size in use, and the record to that."""
    end = frame.end(sandbox.name, "grow")
    return (*engines.of(sandbox.engine).settle(sandbox, able.udev), *_record_as_it_is(host, sandbox), end)


def _record_as_it_is(host: Host, sandbox: Sandbox) -> tuple[Step, ...]:
    """Put the record of the new size in place where it is true, else take it away."""
    file = paths.of(sandbox.name, paths.NEW_RECORD)
    if paths.NEW_RECORD not in sandbox.entries:
        return ()
    new = record.parse(host.read(file))
    if new is not None and new.size == engines.of(sandbox.engine).size(sandbox):
        return (frame.replace_note(new)[1],)
    return (Step("Remove the record of a size that it has not got", frame.delete(file)),)
