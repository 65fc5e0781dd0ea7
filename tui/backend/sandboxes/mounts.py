"""Mounting and unmounting a sandbox that exists."""

from tui.backend import origins, requirements, trust
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory, blockers, members
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.plan import Plan
from tui.backend.sandboxes import mounting, ownership, remove, repair, unmounting
from tui.backend.sandboxes.mounting import Target
from tui.backend.sandboxes.survey import strangers


def prepare_mount(host: Host, inventory: Inventory, name: str, directory: str | None) -> Plan:
    """The plan to mount a sandbox, at its own place or on a directory. NotFound, Refused."""
    sandbox = ownership.check(inventory.sandbox(name))
    if sandbox.interrupted:
        raise Refused(f"{name} is not whole.", "`sandbox-tui recover` clears what an interruption left.")
    if sandbox.mounts:
        raise Refused(f"{name} is mounted already, on {sandbox.mountpoint}.", "Unmount it first.")
    others = (other for other in inventory.sandboxes if other.name != name)
    target = mounting.default_target(name) if directory is None else mounting.survey(host, directory, others)
    if directory is None and "mnt" in sandbox.entries:
        target = mounting.Target(target.path, absent=False)
    plan = _mount(host, inventory, sandbox, mounting.check(target), own_place=directory is None)
    return requirements.check(host, plan)


def _mount(host: Host, inventory: Inventory, sandbox: Sandbox, target: Target, *, own_place: bool) -> Plan:
    name = sandbox.name
    if sandbox.device is None:
        options = mounting.options("overlay", own_place=own_place, suid_dev=False)
        return Plan("mount", name, mounting.overlay_steps(name, target, options))
    fstype = origins.probe(host, sandbox.device)
    if not mounting.mountable(fstype):
        raise Refused(
            f"{name} cannot be mounted: it holds {fstype or 'no file system'}.",
            f"Work on {sandbox.device} itself, or make a file system on it.",
        )
    mounting.check_members(sandbox.device, _elsewhere(host, inventory, sandbox, sandbox.device, fstype))
    options = mounting.options(fstype, own_place=own_place, suid_dev=False)
    notes: tuple[str, ...] = ()
    if sandbox.overflowed:
        options = mounting.without_replay(fstype, () if own_place else ("nosuid", "nodev"))
        notes = (f"{name} is FULL: it is mounted read-only.{mounting.unreplayed(fstype)} {_grow(name)}",)
    return Plan("mount", name, mounting.steps(name, fstype, target, options, exists=True), notes)


def _elsewhere(host: Host, inventory: Inventory, sandbox: Sandbox, device: str, fstype: str) -> str:
    """Why parts of it may be on other devices; empty where there are none."""
    record = sandbox.record
    if record is not None and record.image and (fault := trust.changeable(host, record.origin)):
        return f"{fault}, and name another device in it"
    return members.elsewhere(host, device, fstype, strangers(inventory, sandbox.origin or ""))


def prepare_unmount(host: Host, inventory: Inventory, name: str) -> Plan:
    """The plan to unmount a sandbox everywhere. NotFound, or Refused with who is in the way."""
    sandbox = ownership.check(inventory.sandbox(name))
    if not sandbox.mounts:
        raise Refused(f"{name} is not mounted.", "There is nothing to do.")
    remove.check(sandbox, blockers.of_mounts(host, sandbox))
    return requirements.check(host, Plan("unmount", name, unmounting.steps(sandbox), _lost(sandbox)))


def _lost(sandbox: Sandbox) -> tuple[str, ...]:
    """What people should know before a full snapshot is unmounted."""
    if not sandbox.overflowed or not repair.unsaved(sandbox):
        return ()
    lost = "What could not be saved any more is in memory only: it is lost when it is unmounted."
    return (f"{sandbox.name} is FULL. {lost}", f"It can then be mounted read-only. {_grow(sandbox.name)}")


def _grow(name: str) -> str:
    return f"`sandbox-tui grow {name} +SIZE` repairs it."
