"""Running the create plan against `sh` running its dry-run script."""

from __future__ import annotations

from pathlib import Path

from tests.bench.lab import bench_lab
from tests.bench.table import Row
from tests.bench.timing import Times
from tests.kernel.lab import Lab, sh
from tui.backend import execute, inventory
from tui.backend.plan import Plan
from tui.backend.sandboxes import create

SCRIPT = Path("/tmp/create.sh")
NAME = "bench"
ROUNDS = 9


def guest() -> list[Row]:
    """Create by one, remove; create by the other, remove; and so on."""
    with bench_lab() as lab:
        disk = lab.disk("ext4")
        lab.create(disk.origin, name=NAME, size="4M")  # loads what the kernel needs, once
        lab.remove(NAME)
        plan = _plan(lab, disk.origin)
        SCRIPT.write_text(plan.script())
        ours, script = Times(), Times()
        for _ in range(ROUNDS):
            ours.add(lambda: execute.run(plan, lab.host))
            lab.remove(NAME)
            script.add(lambda: sh("sh", str(SCRIPT)))
            lab.remove(NAME)
    detail = f"execute.run {ours}; sh {script}; {len(plan.steps)} steps"
    return [Row("create plan against its script (VM)", ours.median / script.median, 1.25, detail=detail)]


def _plan(lab: Lab, origin: str) -> Plan:
    request = lab.request(origin, size="4M", name=NAME)
    return create.prepare(lab.host, inventory.read(lab.host), request).plan
