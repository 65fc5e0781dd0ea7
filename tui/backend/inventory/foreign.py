"""Sandboxes that were made in another mount namespace, or below another root directory.

Their maps, loop devices and directories can be seen from here, but not their mounts, or only copies of
them. Taking the maps apart, or removing a directory that is a mount point over there, would destroy what
is in use there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import lenient, paths
from tui.backend.inventory import mounts
from tui.backend.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.backend.host import ForeignMount, Host
    from tui.backend.inventory.parts import Parts
    from tui.backend.inventory.record import Record
    from tui.backend.kernel.mountinfo import Mount

_KEPT = re.compile(r"mnt:\[([0-9]+)\]")
"""The root of a mount that keeps a mount namespace alive (namespaces(7))."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a sandbox elsewhere: a process there; else `place` says where; else it is a process that
    cannot be seen from here.
    """

    pid: int | None = None
    program: str = ""
    place: str = ""

    @property
    def words(self) -> str:
        """The holder in a sentence."""
        if self.pid is not None:
            return f"process {self.pid} ({clean(self.program)})"
        return clean(self.place) or "a process that cannot be seen from here"


def holders(host: Host, parts: Parts, noted: Mapping[str, Record | None]) -> dict[str, Holder]:
    """Who holds those of the sandboxes that are foreign, by name. `noted` are all of them."""
    look = _Look(host, parts)
    found = {name: look.holder(name, record) for name, record in noted.items()}
    return {name: who for name, who in found.items() if who is not None}


def elsewhere(host: Host, parts: Parts) -> set[str]:
    """The names of sandboxes that show here by nothing but the path of a loop device: those of which another
    mount namespace, one that root made, has a part.
    """
    if not parts.claims:
        return set()
    return parts.claims & {mount.inside for mount in host.foreign_mounts()}


class _Look:
    """Asks the machine once, and only what has to be known."""

    def __init__(self, host: Host, parts: Parts) -> None:
        self.host, self.parts, self.ours = host, parts, host.namespace()
        self._elsewhere: tuple[ForeignMount, ...] | None = None
        self._processes: Mapping[int, tuple[int, str]] | None = None

    def holder(self, name: str, record: Record | None) -> Holder | None:
        """By where it was made, else by where its parts are."""
        home = record.namespace if record is not None else 0
        if home not in (0, self.ours):
            return self._lives(name, home)
        if further := self.parts.other_root(name):
            return Holder(place=f"another root directory (its store is on {further})")
        return self._by_parts(name, noted=bool(home)) if self.parts.is_nowhere(name) else None

    def _lives(self, name: str, number: int) -> Holder | None:
        """A process of a namespace, or what else keeps it; None when it is gone for sure. The kernel gives
        numbers again: one that has nothing of the sandbox's store is another namespace.
        """
        self._processes = self.host.namespaces() if self._processes is None else self._processes
        if number in self._processes:
            stored = {paths.STORE, paths.CONFIG} & set(lenient.names(self.host, paths.of(name)))
            return None if stored and not self._has_part(name, number) else Holder(*self._processes[number])
        kept = next((m.mountpoint for m in _keepers(mounts.read(self.host), number)), "")
        if kept:
            return Holder(place=f"the mount namespace kept at {kept}")
        return None if self.host.sees_all() else Holder()

    def _mounts(self) -> Sequence[ForeignMount]:
        self._elsewhere = self.host.foreign_mounts() if self._elsewhere is None else self._elsewhere
        return self._elsewhere

    def _has_part(self, name: str, number: int) -> bool:
        """In place, or further down where it was made in a chroot there."""
        stores = tuple(paths.of(name, part) for part in (paths.STORE, paths.CONFIG))
        there = (mount for mount in self._mounts() if mount.namespace == number)
        return any(mount.inside == name or mount.mountpoint.endswith(stores) for mount in there)

    def _by_parts(self, name: str, *, noted: bool) -> Holder | None:
        """`noted`: its record says that it was made here."""
        entry = self.parts.main.get(name)
        found = self._holder(name, entry.devno if entry else "")
        own = self.parts.loops.get(name) or self.parts.segments.get(paths.segment_key(name))
        parts = own or (not noted and self.parts.helpers.get(name))
        hidden = (bool(parts) or name in self.parts.claims) and not self.host.sees_all()
        return found or (Holder() if hidden else None)

    def _holder(self, name: str, devno: str) -> Holder | None:
        """Not by a copy of our mounts in anybody's user namespace: that is only in the way."""
        for mount in self._mounts():
            copy = devno and mount.devno == devno and mount.namespace in self.host.namespaces()
            if copy or name in (mount.owner, mount.inside):
                return Holder(mount.pid, mount.program)
        return None


def _keepers(found: Iterable[Mount], number: int) -> Iterable[Mount]:
    matches = ((mount, _KEPT.fullmatch(mount.root)) for mount in found if mount.fstype == "nsfs")
    return (mount for mount, match in matches if match and int(match[1]) == number)
