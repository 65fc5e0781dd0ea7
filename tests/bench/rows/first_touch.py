"""First-touch sequential writes: the default sandbox against the classic recipe of 2008."""

from __future__ import annotations

import os
from typing import Any

from tests.bench.lab import bench_lab
from tests.bench.table import Row
from tests.bench.timing import Times
from tests.kernel.lab import MIB, Lab, node

NAME = "bench"
WRITTEN, STORE = 32, "48M"
ROUNDS = 5


def guest() -> list[Row]:
    """A fresh sandbox for every write, by turns."""
    with bench_lab() as lab:
        disk = lab.disk("btrfs")  # the kind is of no matter: 128 MiB to write over
        usual, classic = Times(), Times()
        for _ in range(ROUNDS):
            _write(lab, disk.origin, usual)
            _write(lab, disk.origin, classic, classic=True)
    speeds = [WRITTEN * MIB / times.median / 1e6 for times in (usual, classic)]
    detail = f"{WRITTEN} MiB by MiB, fsync: default {speeds[0]:.1f} MB/s, classic {speeds[1]:.1f} MB/s"
    ratio = speeds[0] / speeds[1]
    return [Row("first-touch write, default against classic (VM)", ratio, 3, least=True, detail=detail)]


def _write(lab: Lab, origin: str, times: Times, **options: Any) -> None:
    box = lab.create(origin, name=NAME, size=STORE, no_mount=True, **options)
    times.add(lambda: _fill(node(box)))
    lab.remove(NAME)


def _fill(device: str) -> None:
    """As `dd bs=1M conv=fsync` does it, without the start of a process."""
    block = bytes(MIB)
    with open(device, "r+b", buffering=0) as file:
        file.writelines(block for _ in range(WRITTEN))
        os.fsync(file.fileno())
