"""`sandbox-tui list --json`, the whole process, against a Python that only imports."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.bench.table import Row
from tests.bench.timing import in_turns, program

BARE = "import json, subprocess, psutil, humanize"
REACH = 1.5


def here() -> list[Row]:
    """On this machine, whose kernel has no sandbox."""
    return [_row("here, no sandbox", 30)]


def guest() -> list[Row]:
    """With three sandboxes."""
    from tests.bench.lab import bench_lab

    with bench_lab() as lab:
        disk = lab.disk("ext4")
        for name in ("one", "two", "three"):
            lab.create(disk.origin, name=name, size="4M")
        return [_row("VM, 3 sandboxes", 11)]


def _row(where: str, times: int) -> Row:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ours = program([str(Path(sys.executable).with_name("sandbox-tui")), "list", "--json"], env)
    bare = program([sys.executable, "-c", BARE], env)
    one, two = in_turns(ours, bare, times)
    detail = f"list --json {one}; bare interpreter {two}"
    what = f"list --json against a bare interpreter ({where})"
    return Row(what, one.median / two.median, REACH, detail=detail)
