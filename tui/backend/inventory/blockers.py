"""Who is in the way of removing a sandbox."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tui.backend import paths
from tui.backend.host import ForeignMount, Host
from tui.backend.inventory import loops, maps, mounts
from tui.backend.inventory.loops import Loop, devno
from tui.backend.inventory.mounts import Mount
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.kernel_text import fields, lines


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way: `what` it is and `how` it holds the sandbox, in words.

    `pid` is the process to end, None where it is not a process; `program` and `user` are
    that process's, empty otherwise.
    """

    what: str
    how: str
    pid: int | None = None
    program: str = ""
    user: str = ""


def read(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """Everything that has to go before the sandbox can: processes, mounts, devices on top."""
    if sandbox.foreign is not None:
        return (Blocker(sandbox.foreign.words, "holds it where it was made"),)
    written = _written(host, sandbox)
    if not sandbox.whole and not sandbox.mounts:
        return written
    if sandbox.is_root:
        return (Blocker("the running system", "has it as its root"),)
    processes = tuple(
        Blocker(
            f"process {use.pid} ({use.program}, of {use.user})",
            f"{use.how} {use.what}",
            use.pid,
            use.program,
            use.user,
        )
        for use in host.uses(_devno(sandbox), _places(sandbox))
    )
    inside = (*_nested(host, sandbox), *_attached(host, sandbox), *_sandboxed(host, sandbox))
    return (*processes, *inside, *_foreign(host, sandbox), *_on_top(host, sandbox), *written)


def _devno(sandbox: Sandbox) -> str:
    """The number by which its files are known, empty for layers that are mounted nowhere."""
    if sandbox.map is not None:
        return sandbox.map.devno
    return sandbox.mounts[0].devno if sandbox.mounts else ""


def _places(sandbox: Sandbox) -> list[str]:
    points = [mount.mountpoint for mount in (*sandbox.mounts, *sandbox.inner)]
    entry = sandbox.map
    return [*points, *entry.nodes] if entry else points


def _nested(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    own = set(sandbox.mounts)
    inside = {m for point in sandbox.mounts for m in mounts.below(mounts.read(host), point.mountpoint)} - own
    return tuple(
        Blocker(f"a mount of {m.source or m.fstype}", f"on {m.mountpoint}")
        for m in sorted(inside, key=lambda m: m.mountpoint)
    )


def _sandboxed(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """Other sandboxes that have their origin in this one."""
    others = (m for m in mounts.read(host) if m.devno == _devno(sandbox))
    names = {paths.sandbox_in(mount.mountpoint) for mount in others} - {"", sandbox.name}
    return tuple(Blocker(f"the sandbox {name}", "has its origin in it") for name in sorted(names))


def _attached(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """Loop devices over files in the sandbox, by the numbers of those: their paths may be of another mount
    namespace.
    """
    numbers = {mount.devno for mount in sandbox.mounts} | set(_directories(host, sandbox))
    return tuple(
        Blocker(f"the loop device {loop.path}", f"is attached to {loop.file or loop.claim}")
        for loop in loops.read(host)
        if loops.file_system(host, loop) in numbers or _is_inside(host, loop, sandbox)
    )


def _directories(host: Host, sandbox: Sandbox) -> Iterator[str]:
    """The numbers that its files have where those are not the mount's (btrfs)."""
    for mount in sandbox.mounts:
        with suppress(OSError):
            yield devno(host.node(mount.mountpoint).device)


def _is_inside(host: Host, loop: Loop, sandbox: Sandbox) -> bool:
    """Files of an overlay may have numbers of their own: then the path has to do, if it is the file's."""
    inside = any(loop.file.startswith(f"{mount.mountpoint.rstrip('/')}/") for mount in sandbox.mounts)
    return inside and loops.is_over(host, loop, loop.file)


def _foreign(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """One for each process that stands for a namespace with a copy of what is mounted."""
    elsewhere = host.foreign_mounts()
    numbers, theirs = _numbers(sandbox), _namesakes(sandbox, elsewhere)
    ours = (*sandbox.mounts, *sandbox.inner)
    found = {
        m.pid: Blocker(
            f"process {m.pid} ({m.program})",
            f"keeps it mounted on {m.mountpoint} in a mount namespace of its own",
            m.pid,
            m.program,
        )
        for m in reversed(elsewhere)
        if m.devno in numbers
        or m.source in _nodes(sandbox)
        or (m.owner == sandbox.name and m.pid not in theirs)
        if not any(_follows(m, mount) for mount in ours)
    }
    return tuple(found.values())


def _numbers(sandbox: Sandbox) -> set[str]:
    """The numbers of the file systems that are this sandbox's alone: its own, its store, and what is on its
    own loop device. A device may be mounted elsewhere, too: it is read-only.
    """
    store, lower = (paths.of(sandbox.name, part) for part in (paths.STORE, paths.LOWER))
    alone = {store, lower} if sandbox.origin_loop is not None else {store}
    inner = (m for m in sandbox.inner if m.mountpoint in alone)
    return {mount.devno for mount in (*sandbox.mounts, *inner)} | (
        {sandbox.map.devno} if sandbox.map else set()
    )


def _nodes(sandbox: Sandbox) -> tuple[str, ...]:
    return sandbox.map.nodes if sandbox.map else ()


def _namesakes(sandbox: Sandbox, elsewhere: Sequence[ForeignMount]) -> set[int]:
    """Processes with a store of their own in the same place: a container's sandbox of the same name."""
    place = paths.of(sandbox.name, paths.STORE)
    stores = [m for m in elsewhere if m.mountpoint == place and m.inside == sandbox.name]
    return {mount.pid for mount in stores if mount.devno not in _numbers(sandbox)}


def _written(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """What somebody wrote to its own mount point while nothing was mounted there."""
    place = paths.of(sandbox.name, paths.MOUNT_POINT)
    if paths.MOUNT_POINT not in sandbox.entries or any(m.mountpoint == place for m in sandbox.mounts):
        return ()
    try:
        names = host.listdir(place)
    except OSError:
        return ()
    return (Blocker(f"what lies in {place}", "was written while nothing was mounted there"),) if names else ()


def _follows(mount: ForeignMount, ours: Mount) -> bool:
    """Whether unmounting ours unmounts the other one too (mount_namespaces(7), propagation)."""
    return ours.shared is not None and ours.shared in (mount.shared, mount.master)


def _on_top(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    entry = sandbox.map
    if entry is None:
        return ()
    names = {other.kname: f"{other.name} ({other.kname})" for other in maps.read(host)}
    held = tuple(
        Blocker(f"the device {names.get(name, name)}", "lies on top of it") for name in entry.holders
    )
    return (*held, *_swap(host, sandbox, entry.kname))


def _swap(host: Host, sandbox: Sandbox, kname: str) -> tuple[Blocker, ...]:
    try:
        rows = lines(host.read("/proc/swaps"))[1:]
    except OSError:
        return ()
    used = any(fields(row)[:1] in ([sandbox.device], [f"/dev/{kname}"]) for row in rows)
    return (Blocker("swap", f"is on it: swapoff {sandbox.device}"),) if used else ()
