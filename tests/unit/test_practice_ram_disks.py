"""RAM disks are loaded for one sandbox, and those of others are never used nor unloaded."""

from typing import Any

import pytest

from tests.unit.practice_verbs import NAME, clear, discard, killed, look, make, same
from tui.backend import paths
from tui.backend.errors import Refused
from tui.backend.practice import PracticeHost, storage, tree
from tui.backend.practice.blocks import Ram
from tui.backend.practice.nodes import Content

RAM_DISKS = pytest.mark.parametrize("options", [{"store": "ramdisk"}, {"classic": True}], ids=str)


def somebody_loads(host: PracticeHost, size: int, holds: Content | None = None) -> None:
    host.run(["modprobe", "brd", "rd_nr=1", f"rd_size={size}"])
    storage.write(host.world, "ram0", 4096)
    storage.put(host.world, "ram0", holds)


@RAM_DISKS
@pytest.mark.parametrize("size", [1048576, 25165824], ids=["small", "as ours"])
@pytest.mark.parametrize("holds", [None, Content("ext4", "precious")], ids=["empty", "file system"])
def test_ram_disks_that_others_loaded_are_theirs(
    options: dict[str, Any], size: int, holds: Content | None
) -> None:
    host = PracticeHost()
    somebody_loads(host, size, holds)
    before = host.snapshot()
    with pytest.raises(Refused, match="loaded already"):
        make(host, **options)
    assert host.snapshot() == before


@RAM_DISKS
@pytest.mark.parametrize("size", [262144, 25165824], ids=["as classic", "as ours"])
def test_somebody_loads_them_before_us(options: dict[str, Any], size: int) -> None:
    """Between the record, which says that they are to be loaded, and loading them."""
    host = PracticeHost()
    make(host, **options)
    step = next(number for number, call in enumerate(host.calls) if call[:2] == ("modprobe", "--first-time"))
    host = PracticeHost()
    host.kill_at(step)
    killed(lambda: make(host, **options))
    host.forgive()
    somebody_loads(host, size, Content("ext4", "precious"))
    before = host.snapshot()
    clear(host)
    assert not look(host).sandboxes
    for key in ("device ram0", "ram disks"):
        assert host.snapshot()[key] == before[key]
    assert storage.content(host.world, "ram0") == Content("ext4", "precious")


@RAM_DISKS
@pytest.mark.parametrize("first", [{"store": "ramdisk"}, {"classic": True}], ids=str)
def test_one_sandbox_at_a_time_has_the_ram_disk(first: dict[str, Any], options: dict[str, Any]) -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host, **first)
    with pytest.raises(Refused, match=f"that of the sandbox {NAME}: only one at a time"):
        make(host, name="second", no_mount=True, **options)
    discard(host)
    make(host, name="second", **options)
    discard(host, "second")
    same(host, before)


@RAM_DISKS
@pytest.mark.parametrize("text", ["", "{", "null"])
def test_without_its_record_it_goes_all_the_same(options: dict[str, Any], text: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host, **options)
    tree.write(host.world, paths.of(NAME, paths.RECORD), text)
    discard(host)
    same(host, before)


@RAM_DISKS
def test_another_ram_disk_keeps_them(options: dict[str, Any]) -> None:
    """Whoever opens the node of one that is not there makes it: before the plan is made, it is seen what is
    on it; after that, that it is there.
    """
    host = PracticeHost()
    make(host, **options)
    host.world.blocks["ram20"] = Ram(kname="ram20", devno="1:20", size=1 << 30, type="disk")
    storage.write(host.world, "ram20", 4096)
    storage.put(host.world, "ram20", Content("ext4"))
    make(host, name="second", origin="/dev/ram20", no_mount=True)
    plan = discard(host, NAME, "second")
    assert "data of somebody else on /dev/ram20" in " ".join(plan.notes)
    assert host.kind("/sys/module/brd") is not None
    assert storage.content(host.world, "ram20") == Content("ext4")
