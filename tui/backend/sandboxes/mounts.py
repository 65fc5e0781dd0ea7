"""Mounting and unmounting a sandbox that exists."""

from tui.backend import requirements
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory, blockers
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.plan import Plan
from tui.backend.sandboxes import engines, mounting, ownership, remove, repair, unmounting


def prepare_mount(host: Host, inventory: Inventory, name: str, directory: str | None) -> Plan:
    """The plan to mount a sandbox, at its own place or on a directory. NotFound, Refused."""
    sandbox = ownership.check_whole(inventory.sandbox(name))
    if sandbox.mounts:
        raise Refused(f"{name} is mounted already, on {sandbox.mountpoint}.", "Unmount it first.")
    target = _target(host, inventory, name, directory)
    if directory is None and "mnt" in sandbox.entries:
        target = mounting.Target(target.path, absent=False)
    own_place, there = directory is None, mounting.check(target)
    plan = engines.of(sandbox.engine).mount(host, inventory, sandbox, there, own_place)
    return requirements.check(host, plan)


def _target(host: Host, inventory: Inventory, name: str, directory: str | None) -> mounting.Target:
    if directory is None:
        return mounting.default_target(name)
    return mounting.survey(host, directory, (one for one in inventory.sandboxes if one.name != name))


def prepare_unmount(host: Host, inventory: Inventory, name: str) -> Plan:
    """The plan to unmount a sandbox everywhere. NotFound, or Refused with who is in the way."""
    sandbox = ownership.check(inventory.sandbox(name))
    if not sandbox.mounts:
        raise Refused(f"{name} is not mounted.", "There is nothing to do.")
    remove.check(sandbox, blockers.of_mounts(inventory, sandbox))
    plan = Plan("unmount", name, unmounting.steps(sandbox), _lost(sandbox), sandboxes=(name,))
    return requirements.check(host, plan)


def _lost(sandbox: Sandbox) -> tuple[str, ...]:
    """What people should know before a full snapshot is unmounted."""
    if not sandbox.overflowed or not repair.unsaved(sandbox):
        return ()
    lost = "What could not be saved any more is in memory only: it is lost when it is unmounted."
    return (
        f"{sandbox.name} is FULL. {lost}",
        f"It can then be mounted read-only. {mounting.growing(sandbox.name)}",
    )
