"""What a verb costs beside 87 other sandboxes, in user-mode Linux: making, removing one, removing all."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

from tests.bench.lab import bench_lab
from tests.bench.table import Row
from tests.bench.timing import Times
from tests.kernel.lab import Lab

MANY = 88
TIMES = 5
REACH = 1.3
_IN_GUEST = (
    "import sys; from pathlib import Path; from tests.vm import uml;"
    f" sys.exit(uml.run_in_uml([sys.executable, '-m', {__name__!r}], cwd=Path.cwd()))"
)
KINDS = ("snapshots of a device", "snapshots of an image", "overlays of a directory")


def here() -> list[Row]:
    """Start the guest, and read what it prints."""
    ended = subprocess.run([sys.executable, "-c", _IN_GUEST], stdout=subprocess.PIPE, text=True, check=True)
    lines = ended.stdout.split("\n")
    return [Row(**row) for line in lines if line.startswith("[{") for row in json.loads(line)]


def measure(kind: str) -> list[Row]:
    """In the guest: the first and the last of many, by turns with their removal."""
    with bench_lab() as lab:
        origin = lab.tree() if "directory" in kind else lab.disk("ext4", attach="device" in kind)
        _try(lab, origin.origin)  # modules are loaded, files are read
        first = _try(lab, origin.origin)
        names = [f"crowd-{number}" for number in range(MANY - 1)]
        for name in names:
            lab.create(origin.origin, name=name, size="1M")
        last, all_of_them = _try(lab, origin.origin), Times()
        all_of_them.add(lambda: lab.remove(*names))
    each = all_of_them.median / (MANY - 1) / first[1].median
    return [
        *(
            Row(f"{what} #{MANY} against #1, {kind}", b.median / a.median, REACH, detail=f"{b}; {a}")
            for what, a, b in zip(("create", "remove"), first, last, strict=True)
        ),
        Row(f"remove all, each against one, {kind}", each, REACH, detail=f"{all_of_them}; {first[1]}"),
    ]


def _try(lab: Lab, origin: str) -> tuple[Times, Times]:
    made, gone = Times(), Times()
    for _ in range(TIMES):
        made.add(lambda: lab.make(lab.request(origin, name="measured", size="1M")))
        gone.add(lambda: lab.remove("measured"))
    return made, gone


if __name__ == "__main__":
    for kind in KINDS:
        print(json.dumps([asdict(row) for row in measure(kind)]), flush=True)
