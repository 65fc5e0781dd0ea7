"""Whether a sandbox, and its origin's device, may be changed from here."""

from dataclasses import replace

from tui.backend import paths
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import mounts
from tui.backend.inventory.sandboxes import Sandbox


def check(sandbox: Sandbox) -> Sandbox:
    """The sandbox itself; Refused for one of another mount namespace."""
    holder = sandbox.foreign
    if holder is None:
        return sandbox
    there = f": nsenter --mount --target {holder.pid}" if holder.pid is not None else ""
    raise Refused(
        f"{sandbox.name} is foreign: {holder.words} holds it. Changing it from here would destroy it there.",
        f"Change it where it was made{there}.",
    )


def keep_locked(host: Host, sandbox: Sandbox) -> Sandbox:
    """The sandbox without the wish to make its origin's device writable, while something else shows the
    files of that: another sandbox, say, of another mount namespace.
    """
    if sandbox.locked is None:
        return sandbox
    try:
        devno = host.read(f"/sys/class/block/{sandbox.locked.rsplit('/', 1)[-1]}/dev").strip("\n")
    except OSError:
        return sandbox
    own = paths.of(sandbox.name, paths.LOWER)
    here = (m for m in mounts.read(host) if m.mountpoint != own)
    shown = any(mounts.shows(m, devno, (sandbox.locked,)) for m in here)
    return replace(sandbox, locked=None) if shown or _shown_elsewhere(host, devno) else sandbox


def _shown_elsewhere(host: Host, devno: str) -> bool:
    return any(mount.devno == devno for mount in host.foreign_mounts())
