"""Sizes that are offered: each can be promised or says that it cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend import overlayfs
from tui.backend.errors import SandboxError, UsageError
from tui.backend.host import Memory
from tui.backend.origins import Origin
from tui.backend.sandboxes import memory, presets
from tui.backend.sandboxes.choice import Usual

GIB = 1 << 30
MACHINE = Memory(24 * GIB, 18 * GIB)
engines = st.sampled_from(["snapshot", "overlay"])
memories = st.integers(1 << 26, 1 << 42).flatmap(
    lambda total: st.integers(0, total).map(lambda available: Memory(total, available))
)


def disk(size: int | None, sector: int = 512) -> Origin:
    return Origin("/dev/sdb1", size, sector, "ext4", "", None, directory=size is None)


disks = st.builds(disk, st.integers(512, 1 << 50), st.sampled_from([512, 2048, 4096]))


def can_be_promised(size: int, ram: Memory) -> bool:
    try:
        memory.check(size, ram, ())
    except SandboxError:
        return False
    return True


def test_a_part_of_the_memory_is_left_to_the_machine() -> None:
    assert memory.free(MACHINE, ()) == 18 * GIB - 24 * GIB // 20
    assert memory.free(Memory(GIB, GIB), ()) == GIB - (128 << 20)
    assert memory.free(Memory(GIB, 100 << 20), ()) == 0
    with pytest.raises(SandboxError, match=r"1\.2 GiB are kept for the machine"):
        memory.check(17 * GIB, MACHINE, ())


@given(disks, engines, memories)
def test_what_is_offered_as_possible_can_be_promised(origin: Origin, engine: str, ram: Memory) -> None:
    offers = presets.offers(Usual(origin, engine), ram, ())
    assert [offer.text for offer in offers[:1]] == [""]
    assert (offers[-1].text == "max") == (engine == "snapshot")
    for offer in offers:
        cost = overlayfs.cost(offer.size) if engine == "overlay" else offer.size
        assert offer.fits == can_be_promised(cost, ram)
        assert offer.fits or "more than can be promised" in offer.reason


@given(disks, engines, memories)
def test_typed_sizes_mean_what_the_preset_says(origin: Origin, engine: str, ram: Memory) -> None:
    for offer in presets.offers(Usual(origin, engine), ram, ()):
        assert presets.share(offer.text, Usual(origin, engine), ram, ()).size == offer.size


def test_a_small_origin_cannot_overflow() -> None:
    share = presets.share("1G", Usual(disk(64 << 20), "snapshot"), MACHINE, ())
    assert not share.can_overflow
    assert share.fits
    assert share.size < GIB


@pytest.mark.parametrize("text", ["max", "10%origin", "much"])
def test_no_size_of_a_directory(text: str) -> None:
    with pytest.raises(UsageError):
        presets.share(text, Usual(disk(None), "overlay"), MACHINE, ())


def test_a_directory_is_offered_no_part_of_an_unknown_size() -> None:
    offers = presets.offers(Usual(disk(None), "overlay"), MACHINE, ())
    assert [offer.text for offer in offers] == ["", "256M", "25%ram"]
