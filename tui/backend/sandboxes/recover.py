"""Clearing what an interrupted verb left behind."""

from tui.backend import demo, paths, requirements
from tui.backend.command import command
from tui.backend.engines import snapshot
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities, blockers
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.blockers import Blocker
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import frame, ownership, remove


def prepare(host: Host, inventory: Inventory) -> Plan:
    """The plan that clears all remains, those of a demo too; it has no steps where there are
    none. Remains that something uses are left, and noted; Refused where there are no others.
    """
    able = abilities.read(host)
    practised = demo.is_abandoned(host)
    practice = tuple(map(ownership.check, demo.sandboxes_of(inventory))) if practised else ()
    disk = demo.take_down(host, inventory) if practised else ()
    broken = [sandbox for sandbox in inventory.sandboxes if sandbox.interrupted or sandbox in practice]
    resume = tuple(sandbox for sandbox in broken if _only_growing(sandbox))
    clear = tuple(sandbox for sandbox in broken if not _only_growing(sandbox))
    in_use = {sandbox.name: found for sandbox in clear if (found := blockers.read(host, sandbox))}
    busy = [sandbox for sandbox in clear if sandbox.name in in_use]
    if busy and (len(busy) == len(broken) or any(sandbox in practice for sandbox in busy)):
        remove.check(busy[0], in_use[busy[0].name])
    clear = tuple(sandbox for sandbox in clear if sandbox.name not in in_use)
    broken = [sandbox for sandbox in broken if sandbox.name not in in_use]
    notes = tuple(_left(name, found) for name, found in in_use.items())
    growth = tuple(step for sandbox in resume for step in _settle(sandbox, able))
    stray = not inventory.sandboxes and (able.rule or host.kind(paths.RUN_DIR) is not None)
    if clear or stray:
        clear = tuple(ownership.keep_locked(host, sandbox) for sandbox in clear)
        able = remove.survey(host, clear, inventory.sandboxes)
        removal = remove.plan(clear, inventory.sandboxes, able)
        commit = len(growth) + (removal.commit or 0)
        whole = Plan(
            "recover", _names(broken), (*growth, *removal.steps, *disk), (*notes, *removal.notes), commit
        )
    else:
        whole = Plan("recover", _names(broken), (*growth, *disk), notes, len(growth))
    return requirements.check(host, whole)


def _left(name: str, found: tuple[Blocker, ...]) -> str:
    return f"{name} is left, because it is in use: {', '.join(f'{one.what} {one.how}' for one in found)}."


def _names(found: list[Sandbox]) -> str:
    return ", ".join(sandbox.name for sandbox in found)


def _only_growing(sandbox: Sandbox) -> bool:
    """An interrupted grow leaves a sandbox that works and may hold somebody's work."""
    return sandbox.whole and sandbox.busy == "grow"


def _settle(sandbox: Sandbox, able: Abilities) -> tuple[Step, ...]:
    """Bring file and tmpfs of a store back to the size that its loop device has."""
    return (*_store_as_it_is(sandbox, able), frame.end(sandbox.name, "grow"))


def _store_as_it_is(sandbox: Sandbox, able: Abilities) -> tuple[Step, ...]:
    loop, helper = sandbox.cow_loop, f"{sandbox.name}:cow"
    if loop is not None:
        file, directory = paths.of(sandbox.name, paths.COW_FILE), paths.of(sandbox.name, paths.STORE)
        return (
            Step("Cut the store to the size in use", command("truncate", f"--size={loop.size}", file)),
            Step("Reserve just that", command("mount", "-o", f"remount,size={loop.size}", directory)),
        )
    if any(entry.name == helper for entry in sandbox.helpers):
        return (Step("Forget the cut that was prepared", snapshot.dmsetup(able.udev, "clear", helper)),)
    return ()
