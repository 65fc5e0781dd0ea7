"""First-touch sequential writes: the default sandbox against the classic recipe of 2008."""

from __future__ import annotations

from typing import Any

from tests.bench.lab import bench_lab
from tests.bench.table import Row
from tests.bench.timing import Times
from tests.kernel.lab import MIB, Lab, sh

NAME = "bench"
WRITTEN, STORE = 24, "48M"
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
    detail = f"{WRITTEN} MiB, dd and fsync: default {speeds[0]:.1f} MB/s, classic {speeds[1]:.1f} MB/s"
    ratio = speeds[0] / speeds[1]
    return [Row("first-touch write, default against classic (VM)", ratio, 3, least=True, detail=detail)]


def _write(lab: Lab, origin: str, times: Times, **options: Any) -> None:
    box = lab.create(origin, name=NAME, size=STORE, no_mount=True, **options)
    argv = ["dd", "if=/dev/zero", f"of={box.device}", "bs=1M", f"count={WRITTEN}", "conv=fsync,notrunc"]
    times.add(lambda: sh(*argv))
    lab.remove(NAME)
