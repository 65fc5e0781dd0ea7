"""Processes that hold a mount or a device, looked up in /proc in every mount namespace.

`fuser` and `lsof` see the mounts of our own namespace only; a container that got a copy of
the mount keeps the device busy all the same.
"""

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from tui.backend import paths
from tui.backend.host import ForeignMount, Use
from tui.backend.inventory import mounts
from tui.backend.inventory.mounts import Mount
from tui.backend.kernel_text import decode, fields, lines, number

_NS_GET_USERNS = 0xB701
"""ioctl_ns(2): a file descriptor of the user namespace that a namespace belongs to."""
_FIRST_PID_NAMESPACE = 0xEFFFFFFC
"""The inode number of the first PID namespace (PROC_PID_INIT_INO of linux/proc_ns.h)."""
_MAPPING = re.compile(r"(?:[^ ]+ ){4}[^ ]+ +(/.*)", re.DOTALL)
_MAPS_NEWLINE = re.compile(r"\\012")
"""maps escapes newlines and nothing else."""


def uses(devno: str, places: Sequence[str]) -> tuple[Use, ...]:
    """Who holds the device `MAJOR:MINOR`, or anything mounted from it.

    `places` are mount points and device nodes by which it is known; one Use a process, the
    first that was found (working directory, root, program, open file, mapped file).
    """
    namespaces: dict[str, tuple[Mount, ...]] = {}
    found = []
    for pid in _pids():
        with suppress(OSError):
            seen = _mounts(pid, namespaces)
            of_device = tuple(m for m in seen if mounts.shows(m, devno, places))
            held = next(_held(pid, of_device, places), None)
            if held is not None:
                found.append(Use(pid, *_who(pid), *held))
    return tuple(found)


def foreign_mounts() -> tuple[ForeignMount, ...]:
    """Every mount of a real device, or of a sandbox, in every mount namespace but our own.

    Processes of one namespace may have several roots, and see what is mounted below theirs only.
    """
    ours = os.readlink("/proc/self/ns/mnt")
    seen: set[tuple[str, int, int]] = set()
    found: dict[int, ForeignMount] = {}
    for pid in _pids():
        with suppress(OSError):
            namespace, root = os.readlink(f"/proc/{pid}/ns/mnt"), os.stat(f"/proc/{pid}/root")
            view = (namespace, root.st_dev, root.st_ino)
            if namespace != ours and view not in seen:
                seen.add(view)
                found = {**dict(_foreign(pid)), **found}
    return tuple(found.values())


def sees_all() -> bool:
    """Whether every process of the machine can be looked at: by root in the first PID namespace."""
    return os.geteuid() == 0 and os.stat("/proc/self/ns/pid").st_ino == _FIRST_PID_NAMESPACE


def _foreign(pid: int) -> Iterator[tuple[int, ForeignMount]]:
    """By the number of each mount, which no other one of the machine has."""
    program = _text(f"/proc/{pid}/comm").removesuffix("\n")
    trusted = _is_of_our_user_namespace(pid)
    for mount in _parse(pid):
        owner = mounts.owner(mount) if trusted else ""
        inside = paths.sandbox_in(mount.mountpoint) if trusted else ""
        source = mount.source if mount.fstype in mounts.OWN_NUMBERS else ""
        if owner or inside or source or not mount.devno.startswith("0:"):
            where = (mount.devno, source, mount.mountpoint)
            yield (
                mount.id,
                ForeignMount(pid, program, *where, mount.shared, mount.master, owner, inside),
            )


def _is_of_our_user_namespace(pid: int) -> bool:
    """Whether the mount namespace of a process belongs to our user namespace. In one of his own anybody
    may mount what looks like a part of a sandbox.
    """
    descriptor = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
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


def _pids() -> list[int]:
    found = (number(name) for name in os.listdir("/proc"))
    return [pid for pid in found if pid is not None and pid != os.getpid()]


def _mounts(pid: int, namespaces: dict[str, tuple[Mount, ...]]) -> tuple[Mount, ...]:
    namespace = os.readlink(f"/proc/{pid}/ns/mnt")
    if namespace not in namespaces:
        namespaces[namespace] = _parse(pid)
    return namespaces[namespace]


def _parse(pid: int) -> tuple[Mount, ...]:
    return mounts.parse(_text(f"/proc/{pid}/mountinfo"))


def _text(path: str) -> str:
    with open(path, "rb") as file:
        return decode(file.read())


def _held(pid: int, of_device: tuple[Mount, ...], places: Sequence[str]) -> Iterator[tuple[str, str]]:
    """How a process holds the device: (how, what), best known first."""
    points = [mount.mountpoint for mount in of_device] + list(places)
    for link, how in (("cwd", "works in"), ("root", "has its root in"), ("exe", "runs")):
        path = _link(f"/proc/{pid}/{link}")
        if _inside(path, points):
            yield how, path
    ids = {str(mount.id) for mount in of_device}
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        path = _link(f"/proc/{pid}/fd/{descriptor}")
        if _inside(path, points) or (ids and _mount_id(pid, descriptor) in ids):
            yield "has open", path
    yield from (("has mapped", path) for path in _mapped(pid, points))


def _inside(path: str, points: Sequence[str]) -> bool:
    path = path.removesuffix(" (deleted)")
    return any(path == point or path.startswith(f"{point}/") for point in points)


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _mount_id(pid: int, descriptor: str) -> str:
    """The mount that an open file is on, by its number in that process's mountinfo."""
    with suppress(OSError):
        for line in lines(_text(f"/proc/{pid}/fdinfo/{descriptor}")):
            if line.startswith("mnt_id:"):
                return fields(line)[1]
    return ""


def _mapped(pid: int, points: Sequence[str]) -> Iterator[str]:
    """The files that a process has mapped: the sixth field of proc_pid_maps(5), which ends its line."""
    for line in lines(_text(f"/proc/{pid}/maps")):
        found = _MAPPING.fullmatch(line)
        if found and _inside(path := _MAPS_NEWLINE.sub("\n", found[1]), points):
            yield path


def _who(pid: int) -> tuple[str, str]:
    """Program and user of a process; `unknown` where it just ended."""
    import psutil  # here: who only lists sandboxes does not wait for it

    try:
        process = psutil.Process(pid)
        return process.name(), process.username()
    except (psutil.Error, KeyError):
        return "unknown", "unknown"
