"""Processes that hold a mount or a device, looked up in /proc in every mount namespace.

`fuser` and `lsof` see the mounts of our own namespace only; a container that got a copy of
the mount keeps the device busy all the same.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

import psutil

from tui.backend.host import ForeignMount, Use
from tui.backend.inventory import mounts
from tui.backend.inventory.mounts import Mount


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
            of_device = tuple(m for m in seen if devno == m.devno or m.source in places)
            held = next(_held(pid, of_device, places), None)
            if held is not None:
                found.append(Use(pid, *_who(pid), *held))
    return tuple(found)


def foreign_mounts() -> tuple[ForeignMount, ...]:
    """Every mount of a real device, or of our overlays, in every mount namespace but our own."""
    ours = os.readlink("/proc/self/ns/mnt")
    seen = {ours}
    found: list[ForeignMount] = []
    for pid in _pids():
        with suppress(OSError):
            namespace = os.readlink(f"/proc/{pid}/ns/mnt")
            if namespace not in seen:
                seen.add(namespace)
                found += _foreign(pid)
    return tuple(found)


def _foreign(pid: int) -> Iterator[ForeignMount]:
    program, _user = _who(pid)
    for mount in _parse(pid):
        owner = mounts.owner(mount)
        if owner or mount.source.startswith("/dev/"):
            where = (mount.devno, mount.source, mount.mountpoint)
            yield ForeignMount(pid, program, *where, mount.shared, mount.master, owner)


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal() and int(name) != os.getpid()]


def _mounts(pid: int, namespaces: dict[str, tuple[Mount, ...]]) -> tuple[Mount, ...]:
    namespace = os.readlink(f"/proc/{pid}/ns/mnt")
    if namespace not in namespaces:
        namespaces[namespace] = _parse(pid)
    return namespaces[namespace]


def _parse(pid: int) -> tuple[Mount, ...]:
    with open(f"/proc/{pid}/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        return mounts.parse(file.read())


def _held(pid: int, of_device: tuple[Mount, ...], places: Sequence[str]) -> Iterator[tuple[str, str]]:
    """How a process holds the device: (how, what), best known first."""
    points = [mount.mountpoint for mount in of_device] + list(places)
    for link, how in (("cwd", "works in"), ("root", "has its root in"), ("exe", "runs")):
        path = _link(f"/proc/{pid}/{link}")
        if _inside(path, points):
            yield how, path
    ids = {str(mount.id) for mount in of_device}
    for number in os.listdir(f"/proc/{pid}/fd"):
        path = _link(f"/proc/{pid}/fd/{number}")
        if _inside(path, points) or (ids and _mount_id(pid, number) in ids):
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


def _mount_id(pid: int, number: str) -> str:
    """The mount that an open file is on, by its number in that process's mountinfo."""
    with suppress(OSError), open(f"/proc/{pid}/fdinfo/{number}", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("mnt_id:"):
                return line.split()[1]
    return ""


def _mapped(pid: int, points: Sequence[str]) -> Iterator[str]:
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            fields = line.rstrip("\n").split(maxsplit=5)
            if len(fields) == 6 and _inside(fields[5], points):
                yield fields[5]


def _who(pid: int) -> tuple[str, str]:
    """Program and user of a process; `unknown` where it just ended."""
    try:
        process = psutil.Process(pid)
        return process.name(), process.username()
    except (psutil.Error, KeyError):
        return "unknown", "unknown"
