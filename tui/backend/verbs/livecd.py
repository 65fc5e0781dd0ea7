"""The verbs of Live CDs that change something: fetch a kernel, build an ISO, write it to a disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend.livecd import build, kernel_fetch, write
from tui.backend.livecd.request import BuildRequest
from tui.backend.livecd.write import WriteRequest
from tui.backend.verbs.change import Change, Done, Prepared

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Built:
    """The path of an ISO, and its size in bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Written:
    """The ISO that was written, its size in bytes, and the path of the disk that has it now."""

    iso: str
    size: int
    device: str


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


def _fetch(host: Host, _now: Inventory, request: None) -> Prepared[None, None]:
    return Prepared(kernel_fetch.plan(host), request, None)


def _fetched(done: Done[None, None]) -> Fetched:
    return Fetched(done.prepared.plan.name)


def _write(host: Host, now: Inventory, request: WriteRequest) -> Prepared[WriteRequest, write.Prepared]:
    made = write.prepare(host, request, now)
    return Prepared(made.plan, request, made)


def _written(done: Done[WriteRequest, write.Prepared]) -> Written:
    facts = done.prepared.facts
    return Written(facts.iso, facts.size, facts.target.device.path)


BUILD = Change(_build, _built, of_files=True)
FETCH = Change(_fetch, _fetched, of_files=True)
WRITE = Change(_write, _written)
