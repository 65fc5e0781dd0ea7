"""Sizes that are offered: each can be promised or says that it cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.errors import UsageError
from tui.backend.host import Memory
from tui.backend.sandboxes import memory, presets

GIB = 1 << 30
MACHINE = Memory(24 * GIB, 18 * GIB)
origins = st.integers(512, 1 << 50)
memories = st.integers(1 << 26, 1 << 42).flatmap(
    lambda total: st.integers(0, total).map(lambda available: Memory(total, available))
)


@given(origins, st.sampled_from([512, 2048, 4096]), memories)
def test_what_is_offered_as_possible_can_be_promised(origin: int, sector: int, ram: Memory) -> None:
    offers = presets.offers(origin, sector, ram, ())
    assert [offer.text for offer in offers[:1]] == [""]
    assert offers[-1].text == "max"
    for offer in offers:
        assert offer.fits == (offer.size <= memory.free(ram, ()))
        assert (presets.problem(offer.size, ram, ()) == "") == offer.fits
        assert offer.fits or "more than can be promised" in offer.reason


@given(origins, memories)
def test_typed_sizes_mean_what_the_preset_says(origin: int, ram: Memory) -> None:
    for offer in presets.offers(origin, 512, ram, ()):
        assert presets.share(offer.text, origin, 512, ram, ()).size == offer.size


def test_a_small_origin_cannot_overflow() -> None:
    share = presets.share("1G", 64 << 20, 512, MACHINE, ())
    assert not share.can_overflow
    assert share.fits
    assert share.size < GIB


def test_no_size_at_all() -> None:
    with pytest.raises(UsageError):
        presets.share("much", GIB, 512, MACHINE, ())
