"""The sandboxes that rows begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.lab import bench_lab
from tests.kernel.lab import Lab
from tui.backend import sizes
from tui.backend.inventory import Inventory
from tui.backend.plan import Plan
from tui.backend.practice import PracticeHost, add_many_disks
from tui.backend.sandboxes import create, perform
from tui.backend.sandboxes.request import CreateRequest

FIRST = "bench-0"


def practise(host: PracticeHost, count: int) -> None:
    """Sandboxes of as many further disks on a practice machine."""
    add_many_disks(host.world, count)
    for number in range(count):
        _practise(host, f"bench-{number}", f"/dev/sdx{number}x")


def _practise(host: PracticeHost, name: str, origin: str) -> None:
    request = CreateRequest(origin, name=name, size=sizes.parse("64M"))

    def planner(found: Inventory) -> Plan:
        return create.prepare(host, found, request).plan

    perform.perform(host, planner)


@contextmanager
def first() -> Iterator[tuple[Lab, str]]:
    """In the virtual machine: a disk and its first sandbox."""
    with bench_lab() as lab:
        disk = lab.disk("ext4")
        lab.create(disk.origin, name=FIRST, size="1M")
        yield lab, disk.origin
