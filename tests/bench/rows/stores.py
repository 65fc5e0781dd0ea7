"""The stores of snapshots: small writes and reads, making and removing, and the memory that comes back."""

from __future__ import annotations

import mmap
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench import by_script
from tests.bench.lab import bench_lab
from tests.bench.table import Row
from tests.bench.timing import Times
from tests.kernel.lab import MIB, PLACE, Disk, Lab, node, sh
from tui.backend import execute

NAME, STORE, ROUNDS = "bench", 48, 7
BLOCK, SMALL, LARGE = 4096, 1000, 16
"""Bytes of a small write or read, how many of them, and the MiB that are written one after the other."""
KINDS = ("first touch", "rewrite", "read", "sequential")
Taken = dict[str, Times]


def guest() -> list[Row]:
    """A fresh sandbox for every round, by turns."""
    with bench_lab() as lab:
        disk = lab.disk("btrfs")  # the kind is of no matter: 128 MiB to write over
        taken: dict[str, Taken] = {
            who: {kind: Times() for kind in KINDS} for who in ("ram", "tmpfs", "classic", "bare")
        }
        for _ in range(ROUNDS):
            for who, options in (("ram", {}), ("tmpfs", {"store": "tmpfs"}), ("classic", {"classic": True})):
                box = lab.create(disk.origin, name=NAME, size=f"{STORE}M", no_mount=True, **options)
                _use(node(box), taken[who])
                lab.remove(NAME)
            with _bare(disk.device) as device:
                _use(device, taken["bare"])
        return [*_speeds(taken), *_made_and_removed(lab, disk), *_memory(lab, disk)]


def _speeds(taken: dict[str, Taken]) -> Iterator[Row]:
    for who, kind, least in (
        ("tmpfs", "rewrite", 8.0),
        ("tmpfs", "read", 8.0),
        ("tmpfs", "first touch", 5.0),
        ("tmpfs", "sequential", 0.9),
        ("classic", "sequential", 3.0),
        *(("bare", kind, 0.95) for kind in KINDS),
    ):
        ours, theirs = taken["ram"][kind], taken[who][kind]
        what = f"store ram: {kind} against {_TOLD[who]} (VM)"
        yield Row(what, theirs.median / ours.median, least, least=True, detail=f"{ours}; {theirs}")


_TOLD = {
    "tmpfs": "a file in a tmpfs on a loop device",
    "classic": "the recipe of 2008",
    "bare": "null_blk by hand under the same table",
}


def _use(device: str, taken: Taken) -> None:
    """All kinds of use, past the page cache; small ones in places that are far from each other."""
    places = [BLOCK * 8 * number for number in range(SMALL)]
    random.Random(1).shuffle(places)
    block, large = mmap.mmap(-1, BLOCK), mmap.mmap(-1, MIB)  # aligned, as O_DIRECT wants it
    block.write(os.urandom(BLOCK))
    large.write(os.urandom(MIB))
    file = os.open(device, os.O_RDWR | os.O_DIRECT)
    try:
        for kind in ("first touch", "rewrite"):
            taken[kind].add(lambda: [os.pwrite(file, block, place) for place in places])
        taken["read"].add(lambda: [os.preadv(file, [block], place) for place in places])
        start = BLOCK * 8 * SMALL + MIB
        taken["sequential"].add(
            lambda: [os.pwrite(file, large, start + number * MIB) for number in range(LARGE)]
        )
    finally:
        os.close(file)


@contextmanager
def _bare(origin: str) -> Iterator[str]:
    """By hand: one null_blk, and a snapshot over it with the table of ours."""
    config = PLACE / "config"
    config.mkdir(exist_ok=True)
    sh("modprobe", "null_blk", "nr_devices=0")
    sh("mount", "-t", "configfs", "bench", str(config))
    made = config / "nullb/bench0"
    made.mkdir()
    settings = {
        "blocksize": 512,
        "memory_backed": 1,
        "irqmode": 0,
        "queue_mode": 0,
        "size": STORE,
        "power": 1,
    }
    for name, value in settings.items():
        (made / name).write_text(f"{value}\n")
    size = sh("blockdev", "--getsz", origin).strip()
    sh("dmsetup", "create", "bare", "--table", f"0 {size} snapshot {origin} /dev/bench0 PO 8")
    try:
        yield "/dev/mapper/bare"
    finally:
        sh("dmsetup", "remove", "--retry", "bare")
        made.rmdir()
        sh("umount", str(config))


def _made_and_removed(lab: Lab, disk: Disk) -> Iterator[Row]:
    """By plan, and by the script that `--dry-run` prints."""
    plans = by_script.plans(lab, lab.request(disk.origin, size=f"{STORE}M", name=NAME), NAME)
    plan, script = ({verb: Times() for verb in plans} for _ in range(2))
    for _ in range(ROUNDS):
        for verb in plans:
            plan[verb].add(partial(execute.run, plans[verb], lab.host))
        for verb in plans:
            script[verb].add(by_script.script(plans[verb].script()))
    for verb in plans:
        what = f"store ram: {verb} against its script by sh (VM)"
        ratio = plan[verb].median / script[verb].median
        yield Row(what, ratio, 1.25, detail=f"{plan[verb]}; {script[verb]}")


def _memory(lab: Lab, disk: Disk) -> Iterator[Row]:
    """What an empty one takes, and what is not back when one that was half full has gone."""
    empty, lost = [], []
    for _ in range(ROUNDS):
        before = _free()
        box = lab.create(disk.origin, name=NAME, size=f"{STORE}M", no_mount=True)
        empty.append(before - _free())
        _use(node(box), {kind: Times() for kind in KINDS})
        lab.remove(NAME)
        lost.append(before - _free())
    empty.sort()
    lost.sort()
    middle = ROUNDS // 2
    yield Row("store ram: an empty sandbox (VM)", max(empty[middle], 0) / MIB, 4, unit=" MiB")
    share = max(lost[middle], 0) / (STORE * MIB) * 100
    yield Row("store ram: what of it is not back (VM)", share, 1, unit=" % of the store")


def _free() -> int:
    """Bytes of RAM that nothing has, with the kernel's caches emptied."""
    sh("sync")
    sh("sysctl", "--quiet", "vm.drop_caches=3")
    words = Path("/proc/meminfo").read_text().split()
    return int(words[words.index("MemFree:") + 1]) << 10
