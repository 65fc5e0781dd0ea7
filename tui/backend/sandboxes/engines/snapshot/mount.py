"""Mounting a snapshot that exists."""

from tui.backend import blkid
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.dm_status import Health
from tui.backend.plan import Plan
from tui.backend.sandboxes import elsewhere, mounting, ownership
from tui.backend.sandboxes.mounting import Target


def mount(host: Host, inventory: Inventory, sandbox: Sandbox, target: Target, own_place: bool) -> Plan:
    """Read-only where it is full: nothing can be written to it, its journal neither."""
    if sandbox.status.health is Health.INVALID:
        raise ownership.broken(sandbox)
    name, device = sandbox.name, sandbox.device or ""
    fstype = blkid.probe(host, device)
    if not mounting.mountable(fstype):
        raise Refused(
            f"{name} cannot be mounted: {mounting.holds(fstype)}.",
            f"Work on {device} itself, or make a file system on it.",
        )
    mounting.check_members(device, elsewhere.of_sandbox(host, inventory, sandbox, fstype))
    options = mounting.options(fstype, own_place=own_place, suid_dev=False)
    notes: tuple[str, ...] = ()
    if sandbox.overflowed:
        options = mounting.without_replay(fstype, () if own_place else ("nosuid", "nodev"))
        unreplayed = mounting.unreplayed(fstype)
        notes = (f"{name} is FULL: it is mounted read-only.{unreplayed} {mounting.growing(name)}",)
    steps = mounting.steps(name, fstype, target, options, exists=True)
    return Plan("mount", name, steps, notes, sandboxes=(name,))
