"""Sandboxes that were made in another mount namespace.

Their maps, loop devices and directories can be seen from here, but not their mounts. Taking the maps
apart, or removing a directory that is a mount point over there, would destroy what is in use there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.backend.host import ForeignMount, Host


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a sandbox in another mount namespace: a process there. `pid` None: one that cannot be
    seen from here.
    """

    pid: int | None = None
    program: str = ""

    @property
    def words(self) -> str:
        """The holder in a sentence."""
        return (
            "a process that cannot be seen from here"
            if self.pid is None
            else (f"process {self.pid} ({self.program})")
        )


@dataclass(frozen=True, slots=True)
class Suspect:
    """A sandbox whose store is not mounted here: its `name`, the number of its map (`MAJOR:MINOR`, empty
    for none), and whether it has `loops`, which a store or an image that is mounted somewhere would have.
    """

    name: str
    devno: str
    loops: bool


def holders(host: Host, suspects: Sequence[Suspect]) -> dict[str, Holder]:
    """Who holds those of the suspects that are foreign, by name."""
    if not suspects:
        return {}
    mounts = host.foreign_mounts()
    found = {suspect.name: _holder(suspect, mounts) for suspect in suspects}
    if not host.sees_all():
        found |= {suspect.name: found[suspect.name] or Holder() for suspect in suspects if suspect.loops}
    return {name: who for name, who in found.items() if who is not None}


def _holder(suspect: Suspect, mounts: Sequence[ForeignMount]) -> Holder | None:
    for mount in mounts:
        if suspect.name in (mount.owner, mount.inside) or (suspect.devno and mount.devno == suspect.devno):
            return Holder(mount.pid, mount.program)
    return None
