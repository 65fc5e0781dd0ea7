"""Which store is taken, and why; and what is kept free beside each."""

import pytest

from tests.unit.practice_verbs import make, sandbox, without_null_blk
from tui.backend import stores
from tui.backend.errors import Refused
from tui.backend.host import Memory
from tui.backend.practice import PracticeHost, demo_world
from tui.backend.sandboxes import reserve

GIB = 1 << 30


def test_the_quick_one_is_the_usual_one() -> None:
    host = PracticeHost()
    make(host)
    assert stores.of(sandbox(host)).name == "ram"


def test_without_null_blk_another_one_is_taken_and_said_why() -> None:
    host = PracticeHost(without_null_blk())
    plan = make(host)
    assert stores.of(sandbox(host)).name == "tmpfs"
    assert any("tmpfs" in note and "null_blk" in note for note in plan.notes)
    with pytest.raises(Refused, match=r"ram does not work: .*null_blk"):
        make(host, name="other", store="ram")


@pytest.mark.parametrize("name", sorted(stores.STORES))
def test_each_is_taken_where_it_is_named(name: str) -> None:
    host = PracticeHost(demo_world())
    make(host, store=name, size="64M")
    assert stores.of(sandbox(host)).name == name


@pytest.mark.parametrize("total", [GIB // 2, GIB, 4 * GIB, 64 * GIB])
def test_what_cannot_be_swapped_out_leaves_more_to_the_machine(total: int) -> None:
    memory = Memory(total=total, available=total)
    assert reserve.reserve(memory, pinned=True) == 2 * reserve.reserve(memory) >= 256 << 20
    assert all(store.pinned is (name != "tmpfs") for name, store in stores.STORES.items())


@pytest.mark.parametrize(
    ("free", "maximum", "size"),
    [
        (8 * GIB, GIB, GIB),  # it cannot overflow
        (8 * GIB, 8 * GIB, 8 * GIB),
        (8 * GIB, 9 * GIB, 4 * GIB),
        (8 * GIB, None, 4 * GIB),
        (100 << 20, GIB, 64 << 20),
        (0, None, 64 << 20),
    ],
)
def test_how_much_where_nobody_says(free: int, maximum: int | None, size: int) -> None:
    assert reserve.usual_size(free, maximum) == size
