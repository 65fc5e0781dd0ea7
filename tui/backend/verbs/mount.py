"""`mount`: a sandbox that exists. (`unmount` is in a module of its own.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.argument import Complete, absolute, argument
from tui.backend.gauge import State
from tui.backend.inventory import sandboxes
from tui.backend.sandboxes import mounts
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.verb import Key, Verb, with_whole

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class MountRequest:
    """The sandbox, and where (absolute); None: at its own place."""

    name: str = argument("of the sandbox", metavar="NAME", complete=Complete.SANDBOX)
    directory: str | None = argument(
        "where (default: a directory of its own)",
        None,
        parse=absolute,
        metavar="DIR",
        positional=True,
        complete=Complete.DIRECTORY,
    )


@dataclass(frozen=True, slots=True)
class Mounted:
    """The sandbox, where it is mounted now (nowhere, after it was unmounted); `state` is its gauge's word."""

    name: str
    mounts: tuple[str, ...]
    state: str


def now_mounted(host: Host, name: str) -> Mounted:
    """Where a sandbox is mounted at this moment."""
    found = sandboxes.one(host, name)
    if found is None:
        return Mounted(name, (), State.UNKNOWN.value)
    return Mounted(name, tuple(mount.mountpoint for mount in found.mounts), found.gauge.state.value)


def _mount(host: Host, now: Inventory, request: MountRequest) -> Prepared[MountRequest, None]:
    return Prepared(mounts.prepare_mount(host, now, request.name, request.directory), request, None)


def _conclude(done: Done[MountRequest, None]) -> Mounted:
    return now_mounted(done.host, done.prepared.request.name)


MOUNT = Change(_mount, _conclude)
VERB = Verb(
    name="mount",
    summary="mount a sandbox",
    examples=(
        ("mount trial", "at the place that it has for that, which is printed"),
        ("mount trial /mnt", "elsewhere"),
    ),
    request=MountRequest,
    result=Mounted,
    work=MOUNT,
    key=Key(
        "mount",
        "m",
        "Mount/unmount",
        "Mount the sandbox at its own place, or unmount it.",
        ("home", "sandbox"),
        ("sandbox",),
        with_whole,
    ),
)
