"""An origin that was attached under a path like that of a part of its own sandbox: it never is that part.

Device-mapper's table tells which device is the origin, and which the COW device.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.lab import MIB, Lab, sh
from tests.kernel.test_forged import ANYBODY, attached
from tests.kernel.test_namespaces import elsewhere
from tui.backend.gauge import State

pytestmark = pytest.mark.only_no_udev
KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"store": "ramdisk"},
    {"classic": True},
    {"engine": "overlay"},
)


@pytest.fixture(params=["store/cow", "origin"])
def device(request: pytest.FixtureRequest, lab: Lab) -> Iterator[str]:
    """A loop device over an ext4 that claims to be a part of the sandbox `trial`."""
    with elsewhere(*ANYBODY) as there:
        there.run("mount -t tmpfs run /run")
        with attached(there, f"/run/sandbox-tui/trial/{request.param}") as loop:
            there.run(f"truncate --size=32M /run/sandbox-tui/trial/{request.param}")
            sh("losetup", "--set-capacity", loop)
            sh("mkfs.ext4", "-q", loop)
            yield loop


def digest(device: str) -> str:
    return hashlib.sha256(Path(device).read_bytes()).hexdigest()


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_it_is_only_read(lab: Lab, device: str, options: dict[str, Any]) -> None:
    before = digest(device)
    box = lab.create(device, name="trial", size="8M", hash=True, **options)
    assert box.origin == device.removeprefix("/dev/")
    assert device not in {loop.path for loop in box.loops}
    if "engine" not in options:
        assert box.cow not in (None, box.origin)
    if not options:
        lab.grow("trial", "+4M")
        assert lab.gauge("trial").total == 12 * MIB
    plan = lab.remove_plan("trial")
    assert not any(device in step.command.argv and "losetup" in step.command.argv for step in plan.steps)
    shown = lab.remove("trial")
    assert (shown.hash_same, shown.counters_same) == (True, True)
    assert digest(device) == before


@pytest.mark.parametrize("store", ["tmpfs", "ramdisk"])
def test_a_full_one_is_repaired_over_its_own_store(lab: Lab, device: str, store: str) -> None:
    before = digest(device)
    lab.create(device, name="trial", size="4M", no_mount=True, store=store)
    with suppress(OSError), open("/dev/mapper/trial", "r+b", buffering=0) as raw:
        raw.seek(8 * MIB)
        for _ in range(8):
            raw.write(os.urandom(MIB))
            os.fsync(raw.fileno())
    assert lab.gauge("trial").state is State.FULL
    lab.grow("trial", "+8M")
    assert lab.gauge("trial").state is not State.FULL
    assert digest(device) == before
    lab.remove("trial")
    assert digest(device) == before
