"""How much memory the control groups that we are in leave us.

All of a store's memory is charged to who writes into the sandbox (the group of the program that first touches
a page), who may be in other groups: their limits are not known here.
Sources: cgroups(7), proc_pid_cgroup(5); Linux's admin-guide/cgroup-v2.rst (memory.max, memory.high) and
cgroup-v1/memory.rst (memory.limit_in_bytes, where a number near 2^63 means none).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.kernel import cgroup, mountinfo
from tui.backend.kernel.text import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.backend.kernel.mountinfo import Mount

_NONE = 1 << 62
"""Bytes from which on a limit of version 1 is none."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a control group's memory: the group's directory, and bytes, all and what is left of them."""

    group: str
    total: int
    available: int


@dataclass(frozen=True, slots=True)
class _Version:
    """The files of a group: its limits, what it has taken, and what of that can be had back at once."""

    limits: tuple[str, ...]
    usage: str
    cached: tuple[str, ...]


_TWO = _Version(("memory.max", "memory.high"), "memory.current", ("inactive_file", "active_file"))
_ONE = _Version(
    ("memory.limit_in_bytes",), "memory.usage_in_bytes", ("total_inactive_file", "total_active_file")
)


def smallest(read: Callable[[str], str]) -> Limit | None:
    """The limit that leaves the least; None where there is none. `read` gives a file's text, or OSError."""
    found = [limit for top, path, version in _groups(read) for limit in _limits(read, top, path, version)]
    return min(found, key=lambda limit: limit.available, default=None)


def _groups(read: Callable[[str], str]) -> Iterator[tuple[str, str, _Version]]:
    """Of each hierarchy that counts memory: where it is mounted, our group's path there, and its version."""
    try:
        own = cgroup.memberships(read("/proc/self/cgroup"))
        mounted = mountinfo.parse(read("/proc/self/mountinfo"))
    except OSError:
        return
    for controllers, path in own:
        version = _ONE if controllers else _TWO
        elsewhere = ".." in path.split("/")  # outside of what our namespace shows
        if elsewhere or (controllers and "memory" not in controllers):
            continue
        for mount in mounted:
            if _is_of(mount, version):
                # a container may show a part of the hierarchy only
                yield mount.mountpoint, path.removeprefix(mount.root.rstrip("/")), version
                break


def _is_of(mount: Mount, version: _Version) -> bool:
    if version is _TWO:
        return mount.fstype == "cgroup2"
    return mount.fstype == "cgroup" and "memory" in mount.data.split(",")


def _limits(read: Callable[[str], str], top: str, path: str, version: _Version) -> Iterator[Limit]:
    """The limits of a group and of all above it."""
    while True:
        group = f"{top}{path.rstrip('/')}"
        if (limit := _limit(read, group, version)) is not None:
            yield limit
        if path.strip("/") == "":
            return
        path = path.rpartition("/")[0]


def _limit(read: Callable[[str], str], group: str, version: _Version) -> Limit | None:
    """None where a group has no limit, as the one on top."""
    totals = [total for name in version.limits if (total := _number(read, f"{group}/{name}")) is not None]
    used = _number(read, f"{group}/{version.usage}")
    if not totals or min(totals) >= _NONE or used is None:
        return None
    total = min(totals)
    return Limit(group, total, max(0, min(total, total - used + _cached(read, group, version))))


def _cached(read: Callable[[str], str], group: str, version: _Version) -> int:
    try:
        known = cgroup.memory_stat(read(f"{group}/memory.stat"))
    except OSError:
        return 0
    return sum(known.get(name, 0) for name in version.cached)


def _number(read: Callable[[str], str], path: str) -> int | None:
    """None for `max`, and where there is no such file."""
    try:
        return number(read(path).strip("\n"))
    except OSError:
        return None
