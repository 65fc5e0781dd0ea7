"""Processes that hold a mount or a device, looked up in /proc in every mount namespace.

`fuser` and `lsof` see the mounts of our own namespace only; a container that got a copy of
the mount keeps the device busy all the same.
"""

import fcntl
import os
import pwd
import stat
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tui.backend import files, limited, paths, tasks
from tui.backend.host import FileNode, ForeignMount, Use
from tui.backend.inventory import mounts
from tui.backend.kernel import mountinfo, process

T = TypeVar("T")

_NS_GET_USERNS = 0xB701
"""ioctl_ns(2): a file descriptor of the user namespace that a namespace belongs to."""
_MOST_MOUNTS = 4 << 20
_MOST_MAPS = 16 << 20
"""Bytes that are read of the mounts of a user namespace of others, and of what a process has mapped: more
than a machine with thousands of each has.
"""
_FIRST_PID_NAMESPACE = 0xEFFFFFFC
"""The inode number of the first PID namespace (PROC_PID_INIT_INO of linux/proc_ns.h)."""
_ROOTS = 8
"""Directories that tasks of a namespace have as their roots, of so many all mounts are read; of those that
root made, of all.
"""
_FEW = 20
"""Paths that are looked for one by one: others can have a sandbox mounted in thousands of places."""
_LOCAL = frozenset({"devtmpfs", "tmpfs", "ramfs", "ext2", "ext3", "ext4", "xfs", "btrfs"})
"""File systems that answer by themselves, on which there are device nodes."""


def uses(devno: str, places: Sequence[str]) -> tuple[Use, ...]:
    """Who holds the device `MAJOR:MINOR`, or anything mounted from it, as far as that is found in time.

    `places` are mount points of ours and device nodes by which it is known; one Use a process, the
    first that was found (working directory, root, program, open file, mapped file).
    """
    here = _namespace("self")
    views: dict[str, _View] = {}
    found: dict[int, Use] = {}
    for pid, task, files_of_its_own in tasks.with_files(tasks.in_time(tasks.everyone())):
        with suppress(OSError):
            namespace = _namespace(task)
            if namespace not in views:
                views[namespace] = _view(task, devno, places, places if namespace == here else ())
            open_files = files_of_its_own or namespace != here
            if pid not in found and (held := _asked(partial(_first, task, views[namespace], open_files))):
                found[pid] = Use(pid, *_who(pid), *held)
    return tuple(found.values())


def _asked(look: Callable[[], T | None]) -> T | None:
    """What looking at a task finds; None where that takes too long: anybody can let the kernel wait for his
    own file system when it is asked what a process has mapped.
    """
    try:
        return limited.call(look)
    except TimeoutError:
        return None


def writers(file: FileNode) -> tuple[Use, ...]:
    """Who has a file open for writing, under whatever name; nobody when looking takes too long."""
    try:
        some = [(pid, task) for pid, task, own in tasks.with_files(tasks.everyone()) if own]
        found = limited.call(lambda: tuple(files.writers(file, some)))
    except TimeoutError:
        return ()
    return tuple(Use(pid, *_who(pid), "has open", path) for pid, path in found)


def foreign_mounts() -> tuple[ForeignMount, ...]:
    """Every mount of a real device, or of a sandbox, in every mount namespace but our own.

    A thread can have a namespace of its own; and tasks of one namespace may have several roots, and see
    what is mounted below theirs only.
    """
    ours = _namespace("self")
    here = frozenset(mount.devno for mount in mountinfo.parse(tasks.text("/proc/self/mountinfo", None)))
    seen: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    found: dict[int, ForeignMount] = {}
    for pid, task in tasks.in_time(tasks.everyone()):
        with suppress(OSError):
            namespace = _namespace(task)
            if namespace == ours:
                continue
            root = f"/proc/{task}/root"
            view = (_link(root), *_place(root))
            views = seen[namespace]
            if view not in views and (len(views) < _ROOTS or _is_of_our_user_namespace(task)):
                views.add(view)
                found = {**dict(_foreign(pid, task, here)), **found}
    return tuple(found.values())


def namespaces() -> dict[int, tuple[int, str]]:
    """The mount namespaces of all tasks that we may look at: one process of each, and its program. Not those
    of other user namespaces: anybody can make them, until one has the number that he wants.
    """
    found: dict[int, tuple[int, str]] = {}
    for pid, task in tasks.everyone():
        with suppress(OSError):
            number_of_it = os.stat(f"/proc/{task}/ns/mnt").st_ino
            if number_of_it not in found and _is_of_our_user_namespace(task):
                found[number_of_it] = (pid, tasks.text(f"/proc/{pid}/comm").removesuffix("\n"))
    return found


def hidden_namespaces() -> tuple[Use, ...]:
    """Who keeps mount namespaces that no process is in, by a descriptor or a mount of them: the mounts there
    cannot be read. One Use a process, and nobody where processes may be hidden, for one of them may be in it.
    """
    if not sees_all():
        return ()
    kept = tuple(_kept())
    used = {_namespace("self")}
    for (
        _,
        task,
    ) in tasks.everyone():  # after these: one whose last process ends meanwhile is hidden from then on
        with suppress(OSError):
            used.add(_namespace(task))
    found = {pid: name for pid, name in reversed(kept) if name not in used}
    how = "keeps a mount namespace open"
    return tuple(Use(pid, *_who(pid), how, name) for pid, name in sorted(found.items()))


def _kept() -> Iterator[tuple[int, str]]:
    """Processes with the mount namespaces that they have open, or that are mounted where they are."""
    ours = _namespace("self")
    seen: set[str] = {ours}
    for pid, task in tasks.in_time(tasks.everyone()):
        with suppress(OSError):
            links = [_link(f"/proc/{task}/fd/{descriptor}") for descriptor in os.listdir(f"/proc/{task}/fd")]
            if (there := _namespace(task)) not in seen:
                seen.add(there)
                links += [mount.root for mount in mountinfo.some(_mountinfo(task), "-", ("nsfs",))]
            yield from ((pid, link) for link in links if link.startswith("mnt:["))


def sees_all() -> bool:
    """Whether every process of the machine can be looked at: by root in the first PID namespace."""
    return os.geteuid() == 0 and os.stat("/proc/self/ns/pid").st_ino == _FIRST_PID_NAMESPACE


def _foreign(pid: int, task: int, here: frozenset[str]) -> Iterator[tuple[int, ForeignMount]]:
    """By the number of each mount, which no other one of the machine has. Of a user namespace of others, in
    which there may be any number: devices, and the file systems that are mounted `here`.
    """
    program = tasks.text(f"/proc/{pid}/comm").removesuffix("\n")
    trusted = _is_of_our_user_namespace(task)
    namespace = os.stat(f"/proc/{task}/ns/mnt").st_ino
    text = _mountinfo(task)
    for mount in mountinfo.parse(text) if trusted else mountinfo.kinds(text, here, mounts.OWN_NUMBERS):
        owner = mounts.owner(mount) if trusted else ""
        inside = paths.sandbox_in(mount.mountpoint) if trusted else ""
        source = mount.source if mount.fstype in mounts.OWN_NUMBERS else ""
        if owner or inside or source or mount.fstype == "tmpfs" or not mount.devno.startswith("0:"):
            where = (mount.devno, source, mount.mountpoint)
            yield (
                mount.id,
                ForeignMount(pid, program, *where, mount.shared, mount.master, owner, inside, namespace),
            )


def _is_of_our_user_namespace(task: int) -> bool:
    """Whether the mount namespace of a task belongs to our user namespace. In one of his own anybody
    may mount what looks like a part of a sandbox.
    """
    descriptor = os.open(f"/proc/{task}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    try:
        owner = fcntl.ioctl(descriptor, _NS_GET_USERNS)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    try:
        return os.path.samestat(os.fstat(owner), os.stat("/proc/self/ns/user"))
    finally:
        os.close(owner)


def _namespace(task: int | str) -> str:
    return os.readlink(f"/proc/{task}/ns/mnt")


def _mountinfo(task: int) -> str:
    """All of it where root made the namespace; in one of his own anybody has as many mounts as he likes, each
    with a path of any length.
    """
    return tasks.text(f"/proc/{task}/mountinfo", None if _is_of_our_user_namespace(task) else _MOST_MOUNTS)


@dataclass(frozen=True, slots=True)
class _View:
    """How a mount namespace sees the device `devno`: `mounted` are the numbers of its mounts there,
    `points` the paths below which its files are, `inside` the numbers of the mounts on or below these.
    """

    devno: str
    mounted: frozenset[str]
    points: frozenset[str]
    inside: frozenset[str]
    nodes: frozenset[str]
    """The numbers of the mounts on which a device node is asked for its number. Others, of which anybody may
    be the server, could let us wait for ever; nobody opens a device there.
    """


def _view(task: int, devno: str, nodes: Sequence[str], own: Sequence[str]) -> _View:
    """How the namespace of a task sees it; `own` are paths that mean something there."""
    there = _mountinfo(task)
    some = mountinfo.some(there, devno, mounts.OWN_NUMBERS)
    mounted = tuple(mount for mount in some if mounts.shows(mount, devno, nodes))
    points = frozenset((*(mount.mountpoint for mount in mounted), *own))
    places = mountinfo.places(there) if points else ()
    return _View(
        devno,
        frozenset(str(mount.id) for mount in mounted),
        points,
        inside=frozenset(number for number, place in places if _inside(place, points)),
        nodes=mountinfo.numbers(there, _LOCAL),
    )


def _held(task: int, view: _View, open_files: bool) -> Iterator[tuple[str, str]]:
    """How a task holds the device: (how, what), best known first."""
    for link, how in (("cwd", "works in"), ("root", "has its root in"), ("exe", "runs")):
        path = _link(f"/proc/{task}/{link}")
        # a path alone may be that of a directory over which the sandbox was mounted
        if _inside(path, view.points) and _is_on(f"/proc/{task}/{link}", view.inside):
            yield how, path
    if not open_files:
        return
    for descriptor in os.listdir(f"/proc/{task}/fd"):
        path = _link(f"/proc/{task}/fd/{descriptor}")
        if path.startswith("/dev/"):
            local = view.devno and _mount_id(task, descriptor) in view.nodes
            if local and _device(f"/proc/{task}/fd/{descriptor}") == view.devno:
                yield "has open", path
        elif _inside(path, view.points) or (view.mounted and _mount_id(task, descriptor) in view.mounted):
            yield "has open", path
    yield from (("has mapped", path) for path in _mapped(task, view.points))


def _first(task: int, view: _View, open_files: bool) -> tuple[str, str] | None:
    return next(_held(task, view, open_files), None)


def _device(path: str) -> str:
    """The number (`MAJOR:MINOR`) of the block device that is open there, empty for anything else."""
    with suppress(OSError):
        found = os.stat(path)
        if stat.S_ISBLK(found.st_mode):
            return f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
    return ""


def _inside(path: str, points: frozenset[str]) -> bool:
    """Whether a path is one of the points or below one, of which there may be thousands."""
    path = path.removesuffix(" (deleted)")
    while path.startswith("/"):
        if path in points:
            return True
        path = "" if path == "/" else path.rpartition("/")[0] or "/"
    return False


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _mount_id(pid: int, descriptor: str) -> str:
    """The mount that an open file is on, by its number in that process's mountinfo."""
    with suppress(OSError):
        return process.fdinfo(tasks.text(f"/proc/{pid}/fdinfo/{descriptor}")).mount
    return ""


def _is_on(path: str, numbers: frozenset[str]) -> bool:
    """Whether a link of /proc leads to one of these mounts, as far as that is known; none: any will do."""
    return not numbers or _mount_of(path) in ("", *numbers)


def _mount_of(path: str) -> str:
    """The number of the mount that a link of /proc leads to; empty where it is not known."""
    return _place(path)[0]


def _place(path: str) -> tuple[str, str]:
    """The numbers of mount and inode that a link of /proc leads to, as the kernel has them: no file system is
    asked, which could let us wait for ever. Empty where they are not known (of inodes, before Linux 5.14).
    """
    with suppress(OSError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            known = process.fdinfo(tasks.text(f"/proc/self/fdinfo/{descriptor}"))
        finally:
            os.close(descriptor)
        return known.mount, known.inode
    return "", ""


def _mapped(pid: int, points: frozenset[str]) -> Iterator[str]:
    """The files below these paths that a process has mapped."""
    near = tuple(points) if len(points) < _FEW else (os.path.commonpath(points),)
    found = process.mapped(tasks.text(f"/proc/{pid}/maps", _MOST_MAPS), near)
    return (path for path in found if _inside(path, points))


def _who(pid: int) -> tuple[str, str]:
    """Program and user of a process; `unknown` where it just ended. Of its command line, which its user can
    keep from being read, nothing is asked.
    """
    try:
        program = tasks.text(f"/proc/{pid}/comm").removesuffix("\n")
        number = os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return "unknown", "unknown"
    try:
        return program, pwd.getpwuid(number).pw_name
    except KeyError:
        return program, str(number)
