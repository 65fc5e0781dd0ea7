"""A removal is of the sandbox that was shown, not of one that has taken its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.practice_verbs import NAME, discard, look, make, sandbox
from tui.backend import sizes
from tui.backend.inventory import sandboxes
from tui.backend.inventory.foreign import Holder
from tui.backend.practice import PracticeHost, events
from tui.backend.sandboxes import memory, perform, remove
from tui.backend.sandboxes.perform import PlanChanged
from tui.backend.verbs.remove import removable


@pytest.mark.usefixtures("engine")
def test_another_one_of_the_same_name_and_origin_is_another_plan() -> None:
    host = PracticeHost()
    make(host, created=1.0)
    shown = remove.prepare(host, look(host), (NAME,)).plan
    discard(host)
    make(host, created=2.0)
    with pytest.raises(PlanChanged) as changed:
        perform.perform(host, lambda found: remove.prepare(host, found, (NAME,)).plan, shown=shown)
    assert "was made at" in str(changed.value)
    assert sandbox(host).whole


def test_all_are_those_that_can_go() -> None:
    """Neither the root of the running system nor one of another mount namespace."""
    host = PracticeHost()
    make(host)
    (box,) = sandboxes.read(host)
    root = replace(box, name="root", mounts=(replace(box.mounts[0], mountpoint="/"),))
    foreign = replace(box, name="foreign", foreign=Holder(4711, "bash"))
    assert removable((root, box, foreign)) == (NAME,)


def test_the_ram_of_a_ram_disk_comes_back_with_the_module_only() -> None:
    host = PracticeHost()
    make(host)
    make(host, name="kept", store="ramdisk")
    events.write(host.world, NAME, 8 << 20)
    boxes = sandboxes.read(host)
    held = {box.name: box.status.used or 0 for box in boxes}
    assert held[NAME] > held["kept"] > 0
    came_back = f"{sizes.show(held[NAME])} of RAM came back."
    for _ in range(2):  # whether there is a record or not
        assert f"{came_back} The RAM of RAM disks comes back when" in memory.given_back(host, boxes)
        boxes = tuple(replace(box, record=None) for box in boxes)
    discard(host, "kept")
    assert host.kind("/sys/module/brd") is None
    assert memory.given_back(host, boxes) == f"{came_back} The RAM disk is gone, and its RAM came back."
