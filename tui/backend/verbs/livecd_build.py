"""`livecd build`: make a bootable ISO whose root is a sandbox; and fetch a kernel for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend.livecd import build, kernel_fetch
from tui.backend.livecd.request import BuildRequest
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.verb import Key, Verb

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Built:
    """The path of an ISO, and its size in bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """The release of the kernel that was downloaded."""

    release: str


def _build(host: Host, _now: Inventory, request: BuildRequest) -> Prepared[BuildRequest, str]:
    made = build.prepare(host, request)
    return Prepared(made.plan, replace(request, epoch=made.epoch), made.output)


def _built(done: Done[BuildRequest, str]) -> Built:
    path = done.prepared.facts
    return Built(path, done.host.size(path))


def _fetch(host: Host, _now: Inventory, request: None) -> Prepared[None, str]:
    made = kernel_fetch.prepare(host)
    return Prepared(made.plan, request, made.release)


def _fetched(done: Done[None, str]) -> Fetched:
    return Fetched(done.prepared.facts)


BUILD = Change(_build, _built, of_files=True)
FETCH = Change(_fetch, _fetched, of_files=True)
VERB = Verb(
    name="livecd build",
    summary="make a bootable ISO whose root is a sandbox",
    examples=(
        ("livecd build ROOT -o OUT.iso", "of a directory with an init, with the running kernel"),
        ("livecd build root.tar -o live.iso --fetch-kernel --size 25%ram", "with Debian's kernel"),
    ),
    request=BuildRequest,
    result=Built,
    work=BUILD,
    key=Key(
        "livecd",
        "l",
        "Live CD",
        "Make a CD or stick that boots, its root a sandbox; or try and write one that is there.",
        footer=("home",),
    ),
)
