"""The overlay engine on this machine's own kernel: making, removing, reading, ticking."""

from __future__ import annotations

import os
from pathlib import Path

from tests.bench import by_script
from tests.bench.counting import CountingHost
from tests.bench.lab import bench_lab
from tests.bench.table import Row
from tests.bench.timing import Times, in_turns
from tests.kernel.lab import MIB, Lab, Tree
from tui.backend import execute
from tui.backend.inventory.reader import Reader
from tui.backend.plan import Plan

NAME, MANY, LARGE, SMALL, ROUNDS = "bench", 64, 256 * MIB, 2000, 30
BARE = "/run/bench-bare"


def here() -> list[Row]:
    """All of it; only root can mount."""
    if os.geteuid() != 0:
        raise SystemExit("bench: the row `layers` needs root")
    with bench_lab() as lab:
        tree = lab.tree()
        plans = by_script.plans(lab, lab.request(tree.origin, size="4M", name=NAME), NAME)
        return [
            *_made_and_removed(lab, tree, plans),
            *_read(lab, tree),
            *_ticks(lab),
        ]


def _made_and_removed(lab: Lab, tree: Tree, plans: dict[str, Plan]) -> list[Row]:
    """By plan, by the plan's script, and by nothing but the mounts; each taken away again."""
    made, removed = plans["create"], plans["remove"]
    scripts = {
        "its script": (made.script(), removed.script()),
        "the bare mount commands": (_bare_mounts(tree), _bare_umounts()),
    }
    times = {who: (Times(), Times()) for who in ("plan", *scripts)}
    for _ in range(ROUNDS):
        times["plan"][0].add(lambda: execute.run(made, lab.host))
        times["plan"][1].add(lambda: execute.run(removed, lab.host))
        for who, texts in scripts.items():
            for text, taken in zip(texts, times[who], strict=True):
                taken.add(by_script.script(text))
    return [
        Row(
            f"overlay: {verb} against {who} (here)",
            ours.median / theirs.median,
            1.25,
            detail=f"{ours}; {theirs}",
        )
        for who in scripts
        for verb, ours, theirs in zip(("create", "remove"), times["plan"], times[who], strict=True)
    ]


def _bare_mounts(tree: Tree) -> str:
    layers = f"lowerdir={BARE}/lower,upperdir={BARE}/store/upper,workdir={BARE}/store/work"
    return f"""set -eu
mkdir -p {BARE}/lower {BARE}/store {BARE}/mnt
mount --bind -o ro {tree.origin} {BARE}/lower
mount -t tmpfs -o size=4M,mode=0700 bare {BARE}/store
mkdir {BARE}/store/upper {BARE}/store/work
mount -t overlay -o {layers} bare {BARE}/mnt
"""


def _bare_umounts() -> str:
    return f"""set -eu
umount {BARE}/mnt
umount {BARE}/lower
umount {BARE}/store
rmdir {BARE}/mnt {BARE}/lower {BARE}/store {BARE}
"""


def _read(lab: Lab, tree: Tree) -> list[Row]:
    """A large file and many small ones, from the page cache."""
    Path(tree.origin, "large").write_bytes(os.urandom(MIB) * (LARGE // MIB))
    for number in range(SMALL):
        Path(tree.origin, f"small-{number}").write_bytes(bytes(100))
    point = str(lab.create(tree.origin, name=NAME, size="4M").mountpoint)
    large = in_turns(lambda: _whole(point), lambda: _whole(tree.origin), ROUNDS)
    small = in_turns(lambda: _each(point), lambda: _each(tree.origin), ROUNDS)
    lab.remove(NAME)
    ratio, other = (direct.median / through.median for through, direct in (large, small))
    detail = f"{LARGE // MIB} MiB {large[0]}; directly {large[1]}; {SMALL} small files {other:.2f}x"
    return [
        Row("overlay: reading through it against the origin (here)", ratio, 0.95, least=True, detail=detail)
    ]


def _whole(top: str) -> None:
    with open(f"{top}/large", "rb", buffering=0) as file:
        block = bytearray(MIB)
        while file.readinto(block):
            pass


def _each(top: str) -> None:
    for number in range(SMALL):
        Path(top, f"small-{number}").read_bytes()


def _ticks(lab: Lab) -> list[Row]:
    """A tick with 64 sandboxes of one directory, and what it starts."""
    host = CountingHost()
    small = lab.tree("small")
    for number in range(MANY):
        lab.create(small.origin, name=f"{NAME}-{number}", size="1M")
    reader = Reader(host)
    host.calls.clear()
    gauges = [sandbox.gauge for sandbox in reader.read().sandboxes]
    known = [reading for reading in gauges if reading.fill is not None]
    if len(known) != MANY:
        raise AssertionError(f"{len(known)} gauges of {MANY}")
    return [Row(f"overlay: processes of a tick with {MANY} sandboxes (here)", len(host.calls), 0, unit="")]
