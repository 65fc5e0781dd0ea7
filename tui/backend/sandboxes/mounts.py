"""Mounting and unmounting a sandbox that exists."""

from tui.backend import requirements, rescue
from tui.backend.command import command
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory, blockers, members, origins
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.inventory.status import Health
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import mounting, ownership, remove
from tui.backend.sandboxes.mounting import Target


def prepare_mount(host: Host, inventory: Inventory, name: str, directory: str | None) -> Plan:
    """The plan to mount a sandbox, at its own place or on a directory. NotFound, Refused."""
    sandbox = ownership.check(inventory.sandbox(name))
    if sandbox.interrupted:
        raise Refused(f"{name} is not whole.", "`sandbox-tui recover` clears what an interruption left.")
    if sandbox.status.health is Health.OVERFLOW:
        raise Refused(f"{name} is FULL, and mounting it would have to write.", rescue.advice(sandbox))
    if sandbox.mounts:
        raise Refused(f"{name} is mounted already, on {sandbox.mountpoint}.", "Unmount it first.")
    others = (other for other in inventory.sandboxes if other.name != name)
    target = mounting.default_target(name) if directory is None else mounting.survey(host, directory, others)
    if directory is None and "mnt" in sandbox.entries:
        target = mounting.Target(target.path, absent=False)
    steps = _mount(host, sandbox, mounting.check(target), own_place=directory is None)
    return requirements.check(host, Plan("mount", name, steps))


def _mount(host: Host, sandbox: Sandbox, target: Target, *, own_place: bool) -> tuple[Step, ...]:
    name = sandbox.name
    if sandbox.device is None:
        options = mounting.options("overlay", own_place=own_place, suid_dev=False)
        return mounting.overlay_steps(name, target, options)
    fstype = origins.probe(host, sandbox.device)
    if not mounting.mountable(fstype):
        raise Refused(
            f"{name} cannot be mounted: it holds {fstype or 'no file system'}.",
            f"Work on {sandbox.device} itself, or make a file system on it.",
        )
    mounting.check_members(sandbox.device, members.elsewhere(host, sandbox.device, fstype))
    options = mounting.options(fstype, own_place=own_place, suid_dev=False)
    return mounting.steps(name, fstype, target, options)


def prepare_unmount(host: Host, inventory: Inventory, name: str) -> Plan:
    """The plan to unmount a sandbox everywhere. NotFound, or Refused with who is in the way."""
    sandbox = ownership.check(inventory.sandbox(name))
    if not sandbox.mounts:
        raise Refused(f"{name} is not mounted.", "There is nothing to do.")
    if sandbox.status.health is Health.OVERFLOW and not rescue.shuts_down(sandbox):
        raise Refused(
            f"{name} is FULL: what could not be written is lost when it is unmounted.", rescue.advice(sandbox)
        )
    points = {mount.mountpoint for mount in sandbox.mounts}
    found = tuple(b for b in blockers.read(host, sandbox) if b.pid is None or any(p in b.how for p in points))
    remove.check(sandbox, found)
    steps = (
        Step(f"Unmount {m.mountpoint}", command("umount", m.mountpoint)) for m in reversed(sandbox.mounts)
    )
    return requirements.check(host, Plan("unmount", name, tuple(steps)))
