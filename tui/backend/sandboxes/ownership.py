"""Whether a sandbox, and its origin's device, may be changed from here."""

from collections.abc import Iterable
from dataclasses import replace

from tui.backend import paths
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import blockers, mounts
from tui.backend.inventory.sandbox import Sandbox

CHANGING = "is being changed just now, by another sandbox-tui or a program that one has left"


def check(sandbox: Sandbox) -> Sandbox:
    """The sandbox itself; Refused for one of another mount namespace, or that is being changed."""
    if sandbox.running:
        raise Refused(f"{sandbox.name} {CHANGING}.", "Wait until that is done, then try again.")
    holder = sandbox.foreign
    if holder is None:
        return sandbox
    there = f": nsenter --mount --target {holder.pid}" if holder.pid is not None else ""
    raise Refused(
        f"{sandbox.name} is foreign: {holder.words} holds it. Changing it from here would destroy it there.",
        f"Change it where it was made{there}.",
    )


def check_whole(sandbox: Sandbox) -> Sandbox:
    """The sandbox itself, if it can be worked with, too."""
    check(sandbox)
    if sandbox.interrupted:
        raise Refused(
            f"{sandbox.name} is not whole.", "`sandbox-tui recover` clears what an interruption left."
        )
    return sandbox


def broken(sandbox: Sandbox) -> Refused:
    """The refusal of what cannot be done with a snapshot whose changes are lost."""
    return Refused(
        f"{sandbox.name} is BROKEN: its contents are gone.", f"Remove it: sandbox-tui remove {sandbox.name}."
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
    return replace(sandbox, locked=None) if shown or _shown_elsewhere(host, sandbox, devno) else sandbox


def notes(before: Iterable[Sandbox], after: Iterable[Sandbox]) -> tuple[str, ...]:
    """What to know of the devices that stay read-only."""
    pairs = zip(before, after, strict=True)
    return tuple(
        f"{old.locked} stays read-only, for it is mounted elsewhere, too: blockdev --setrw {old.locked}"
        for old, new in pairs
        if old.locked and not new.locked
    )


def _shown_elsewhere(host: Host, sandbox: Sandbox, devno: str) -> bool:
    """By root: what anybody has in a user namespace of his own are copies of mounts. Those of our own go with
    the directory that it is on.
    """
    everywhere = host.foreign_mounts()
    theirs, trusted = blockers.namesakes(sandbox, everywhere), {0, *host.namespaces()}  # 0: not known
    own = paths.of(sandbox.name, paths.LOWER)
    return any(
        (mount.devno == devno or mount.source == sandbox.locked)
        and mount.namespace in trusted
        and (mount.mountpoint != own or mount.pid in theirs)
        for mount in everywhere
    )
