"""Who is in the way of removing a sandbox."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tui.backend import paths, trust
from tui.backend.errors import CommandFailed, NoAnswer
from tui.backend.host import ForeignMount, Host, Use
from tui.backend.inventory import Inventory, loops, mounts
from tui.backend.inventory.engines import ENGINES
from tui.backend.inventory.loops import Loop, devno
from tui.backend.inventory.maps import Map
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel import swaps
from tui.backend.kernel.mountinfo import Mount
from tui.backend.text import shell_word

_IMPOSSIBLE = "x" * 256
_FROZEN = (2.0, 20.0)
"""Seconds that a change may take before it is looked at whether it can be ended at all: if so, the machine
was just slow, and it is tried once more.
"""

_DAEMONS = {
    "nilfs2": ("/sbin/nilfs_cleanerd",),
    "fuseblk": ("/sbin/mount.ntfs", "/sbin/mount.ntfs-3g", "/sbin/mount.exfat"),
}
"""The programs that go on in the background for a mount of a file system (its type as the kernel has it)."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way: `what` it is and `how` it holds the sandbox, in words.

    `pid` is the process to end, None where it is not a process; `program` and `user` are
    that process's, empty otherwise, and `path` is what it holds.
    """

    what: str
    how: str
    pid: int | None = None
    program: str = ""
    user: str = ""
    path: str = ""


def read(now: Inventory, sandbox: Sandbox, *, going: bool = True) -> tuple[Blocker, ...]:
    """Everything that has to go before the sandbox can: processes, mounts, devices on top. `going`: so does
    its directory, and with it all copies of mounts in that.
    """
    host = now.host
    if sandbox.foreign is not None:
        return (Blocker(sandbox.foreign.words, "holds it where it was made"),)
    stray = _strays(sandbox)
    if not sandbox.whole and not sandbox.mounts:
        return stray
    if sandbox.is_root:
        return (Blocker("the running system", "has it as its root"),)
    processes = tuple(
        Blocker(
            f"process {use.pid} ({use.program}, of {use.user})",
            f"{use.how} {use.what}",
            use.pid,
            use.program,
            use.user,
            use.what,
        )
        for use in _uses(host, sandbox)
    )
    inside = (*_nested(now, sandbox), *_attached(now, sandbox), *_sandboxed(now, sandbox))
    inside = (*_frozen(host, sandbox), *inside)
    around = (*_foreign(now, sandbox, going), *_hidden(host, sandbox), *_on_top(now, sandbox))
    around = (*around, *_shared(now, sandbox), *_changeable(host, sandbox), *_swap(host, sandbox))
    return (*processes, *inside, *stray, *around)


def now(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """The same from a reading of this moment."""
    return read(Inventory(host), sandbox)


def of_mounts(now: Inventory, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """Everything that has to go before it can be unmounted and mounted again: not who has its device open,
    nor who may have a copy; but an overlay can be mounted once only, so that one which is seen is in the way.
    """
    found = read(now, sandbox, going=False)
    if ENGINES[sandbox.engine].once:
        unsure = _hidden(now.host, sandbox)
        return tuple(blocker for blocker in found if blocker not in unsure)
    points = tuple(mount.mountpoint for mount in sandbox.mounts)
    return tuple(b for b in found if b.pid is None or any(paths.within(b.path, point) for point in points))


def _strays(sandbox: Sandbox) -> tuple[Blocker, ...]:
    """What others have mounted in its own directory."""
    parts = (paths.STORE, paths.CONFIG, paths.LOWER, paths.IMAGE)
    own = {paths.of(sandbox.name, part) for part in parts}
    return tuple(
        Blocker(f"a mount of {m.source or m.fstype}", f"on {m.mountpoint}")
        for m in sandbox.inner
        if m.mountpoint not in own
    )


def _uses(host: Host, sandbox: Sandbox) -> tuple[Use, ...]:
    """The processes that hold it, or one of the devices that its lower layer is mounted from."""
    found = {use.pid: use for use in host.uses(_devno(sandbox), _places(sandbox))}
    for number, nodes in _private(sandbox):
        found = {**{use.pid: use for use in host.uses(number, nodes)}, **found}
    return tuple(use for use in found.values() if not _ends_with_the_mount(host, sandbox, use))


def _ends_with_the_mount(host: Host, sandbox: Sandbox, use: Use) -> bool:
    """Whether a process is the daemon that mount(8) started for a mount of its device: umount(8) ends it."""
    nodes = _nodes(sandbox)
    if use.user != "root" or use.how != "has open" or use.what not in nodes:
        return False
    programs = (_DAEMONS.get(mount.fstype, ()) for mount in sandbox.mounts)
    return any(_runs(host, use.pid, program) for known in programs for program in known)


def _runs(host: Host, pid: int, program: str) -> bool:
    try:
        return host.node(f"/proc/{pid}/exe").is_same(host.node(program))
    except OSError:
        return False


def _private(sandbox: Sandbox) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Number and nodes of each device that is its own, and that only its lower layer is mounted from."""
    claim, loop = sandbox.claim, sandbox.origin_loop if sandbox.map is None else None
    return (
        *(((claim.devno, claim.nodes),) if claim else ()),
        *(((loop.devno, (loop.path,)),) if loop else ()),
    )


def _shared(now: Inventory, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """What others have mounted from, or attached to, one of these devices."""
    own, bound = {*sandbox.mounts, *sandbox.inner}, sandbox.origin_loop
    found: list[Blocker] = []
    for number, nodes in _private(sandbox):
        shown = (m for m in now.mounts if m not in own and mounts.shows(m, number, nodes))
        found += [Blocker(f"a mount of {m.source}", f"on {m.mountpoint}") for m in shown]
        others = (loop for loop in now.loops if loop != bound and loop.file in nodes)
        found += [Blocker(f"the loop device {o.path}", f"is attached to {o.file}") for o in others]
    return (*found, *_held(now, sandbox.claim))


def _held(now: Inventory, entry: Map | None) -> tuple[Blocker, ...]:
    """The devices on top of a map."""
    if entry is None or not entry.holders:
        return ()
    names = {other.kname: f"{other.name} ({other.kname})" for other in now.maps}
    return tuple(
        Blocker(f"the device {names.get(name, name)}", "lies on top of it") for name in entry.holders
    )


def _devno(sandbox: Sandbox) -> str:
    """The number by which its files are known, empty for layers that are mounted nowhere."""
    if sandbox.map is not None:
        return sandbox.map.devno
    return sandbox.mounts[0].devno if sandbox.mounts else ""


def _places(sandbox: Sandbox) -> list[str]:
    points = [mount.mountpoint for mount in (*sandbox.mounts, *sandbox.inner)]
    entry = sandbox.map
    return [*points, *entry.nodes] if entry else points


def _frozen(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """File systems that answer no change: unmounting a frozen one would leave it in the kernel, where nobody
    can thaw it any more, and the device with it. One whose device is paused goes on when that is woken.
    """
    if not host.is_root():
        return ()
    paused = sandbox.map is not None and sandbox.map.suspended
    asked = (*sandbox.inner, *(() if paused else sandbox.mounts))
    points = {mount.devno: mount.mountpoint for mount in asked}
    return tuple(
        Blocker(
            f"the file system on {point}",
            f"is frozen, or does not answer: fsfreeze --unfreeze {shell_word(point)}",
        )
        for point in points.values()
        if _is_frozen(host, point)
    )


def _is_frozen(host: Host, point: str) -> bool:
    """Ask for a change that no file system can make (the name is too long for any): the kernel waits with it
    as with every other one, and nothing can end that.
    """
    for seconds in _FROZEN:
        try:
            host.run(["rmdir", f"{point.rstrip('/')}/{_IMPOSSIBLE}"], timeout=seconds)
        except NoAnswer as error:
            if error.left is not None:
                return True
        except CommandFailed:
            return False
    return True


def _nested(now: Inventory, sandbox: Sandbox) -> tuple[Blocker, ...]:
    own = set(sandbox.mounts)
    inside = {m for point in sandbox.mounts for m in mounts.below(now.mounts, point.mountpoint)} - own
    return tuple(
        Blocker(f"a mount of {m.source or m.fstype}", f"on {m.mountpoint}")
        for m in sorted(inside, key=lambda m: m.mountpoint)
    )


def _sandboxed(now: Inventory, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """Other sandboxes that have their origin in this one."""
    others = (m for m in now.mounts if m.devno == _devno(sandbox))
    names = {paths.sandbox_in(mount.mountpoint) for mount in others} - {"", sandbox.name}
    return tuple(Blocker(f"the sandbox {name}", "has its origin in it") for name in sorted(names))


def _attached(now: Inventory, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """Loop devices over files in the sandbox, by the numbers of those: their paths may be of another mount
    namespace.
    """
    numbers = {mount.devno for mount in sandbox.mounts} | set(_directories(now.host, sandbox))
    return tuple(
        Blocker(f"the loop device {loop.path}", f"is attached to {loop.file or loop.claim}")
        for loop in now.loops
        if loops.file_system(loop) in numbers or _is_inside(now.host, loop, sandbox)
    )


def _directories(host: Host, sandbox: Sandbox) -> Iterator[str]:
    """The numbers that its files have where those are not the mount's (btrfs)."""
    for mount in sandbox.mounts:
        with suppress(OSError):
            yield devno(host.node(mount.mountpoint).device)


def _is_inside(host: Host, loop: Loop, sandbox: Sandbox) -> bool:
    """Files of an overlay may have numbers of their own: then the path has to do, if it is the file's."""
    inside = any(paths.within(loop.file, mount.mountpoint) for mount in sandbox.mounts)
    return inside and loops.is_over(host, loop, loop.file)


def _changeable(host: Host, sandbox: Sandbox) -> Iterator[Blocker]:
    """Mounts that could not be taken away, or brought back, by their paths: others can put something else
    there, or into what they show a part of.
    """
    for mount in sandbox.mounts:
        fault = _fault_of_place(host, sandbox, mount) or _fault_of_part(host, sandbox, mount)
        if fault:
            yield Blocker(
                f"the mount on {mount.mountpoint}",
                f"cannot be relied on, for {fault}: umount -- {shell_word(mount.mountpoint)}",
            )


def _fault_of_place(host: Host, sandbox: Sandbox, mount: Mount) -> str:
    """Why its path may lead elsewhere, now or once nothing is mounted there."""
    if paths.within(mount.mountpoint, paths.of(sandbox.name)):
        return ""
    above = trust.fault(host, mount.mountpoint.rpartition("/")[0] or "/", inside=True)
    return above or trust.fault_of_cover(host, mount.mountpoint)


def _fault_of_part(host: Host, sandbox: Sandbox, mount: Mount) -> str:
    """Why it could not be bound again from what shows all of it."""
    above = next((one for one in sandbox.mounts if mounts.inside(one, mount) is not None), mount)
    part = mounts.inside(above, mount)
    if above == mount or not part:
        return ""
    source = f"{above.mountpoint.rstrip('/')}{part}"
    if host.kind(source) is None or host.resolve(source) != source:
        return f"{source} is not what it shows any more"
    return trust.fault(host, source, inside=True)


def _foreign(now: Inventory, sandbox: Sandbox, going: bool) -> tuple[Blocker, ...]:
    """One for each process that stands for a namespace with a copy of what is mounted. Anybody can make a
    user namespace with such copies: where the directory goes, those of mounts in it do.
    """
    trusted = {0, *now.host.namespaces()}  # 0: not known
    place = f"{paths.of(sandbox.name)}/"
    outside = {m.devno for m in sandbox.mounts if not m.mountpoint.startswith(place)}
    elsewhere = tuple(m for m in now.copies if not going or m.namespace in trusted or m.devno in outside)
    numbers, theirs = _numbers(sandbox), namesakes(sandbox, elsewhere)
    ours = (*sandbox.mounts, *sandbox.inner)
    found = {
        m.pid: Blocker(
            f"process {m.pid} ({m.program})",
            f"keeps it mounted on {m.mountpoint} in a mount namespace of its own",
            m.pid,
            m.program,
            path=m.mountpoint,
        )
        for m in reversed(elsewhere)
        if m.devno in numbers
        or m.source in _nodes(sandbox)
        or (m.owner == sandbox.name and m.pid not in theirs)
        if not any(_follows(m, mount) for mount in ours)
    }
    return tuple(found.values())


def _hidden(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """Who may keep a copy of a mount where nobody can look. Where the mount point is the sandbox's own nobody
    is in the way so: it is removed, and with it all copies.
    """
    own = (paths.of(sandbox.name, paths.MOUNT_POINT), sandbox.mount_left)
    if all(mount.mountpoint in own for mount in sandbox.mounts):
        return ()
    return tuple(
        Blocker(
            f"process {use.pid} ({use.program}, of {use.user})",
            f"{use.how}, which may hold a copy of the mount",
            use.pid,
            use.program,
            use.user,
        )
        for use in host.hidden_namespaces()
    )


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


def namesakes(sandbox: Sandbox, elsewhere: Sequence[ForeignMount]) -> set[int]:
    """Processes with a store of their own in the same place: a container's sandbox of the same name."""
    place = paths.of(sandbox.name, paths.STORE)
    stores = [m for m in elsewhere if m.mountpoint == place and m.inside == sandbox.name]
    return {mount.pid for mount in stores if mount.devno not in _numbers(sandbox)}


def _follows(mount: ForeignMount, ours: Mount) -> bool:
    """Whether unmounting ours unmounts the other one too (mount_namespaces(7), propagation)."""
    return ours.shared is not None and ours.shared in (mount.shared, mount.master)


def _on_top(now: Inventory, sandbox: Sandbox) -> tuple[Blocker, ...]:
    entry = sandbox.map
    if entry is None:
        return ()
    return _held(now, entry)


def _swap(host: Host, sandbox: Sandbox) -> tuple[Blocker, ...]:
    """Swap on its device, or in a file of it."""
    try:
        found = swaps.parse(host.read("/proc/swaps"))
    except OSError:
        return ()
    points, nodes = [mount.mountpoint for mount in sandbox.mounts], _nodes(sandbox)
    used = (path for path in found if path in nodes or any(paths.within(path, point) for point in points))
    return tuple(Blocker("swap", f"is on it: swapoff {shell_word(path)}") for path in sorted(used))
