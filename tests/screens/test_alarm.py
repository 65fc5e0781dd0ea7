"""A sandbox that is nearly full is said to be on the first line of every screen."""

import pytest

from tests.screens.scenes import sandboxed
from tests.screens.theatre import play
from tui.backend.gauge import Gauge, State
from tui.backend.present import numbers

NEARLY, FULL = "sdb1-sandbox 94%, nearly full", "sdb1-sandbox FULL"


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.parametrize("keys", [(), ("n",), ("n", "down", "enter"), ("tab", "enter"), ("tab", "g"), ("l",)])
async def test_every_screen_says_it(keys: tuple[str, ...], size: tuple[int, int]) -> None:
    async with play(sandboxed("64M"), size=size) as stage:
        await stage.press(*keys)
        assert "sdb1-sandbox" not in stage.text().splitlines()[0] or keys[:1] == ("tab",)
        await stage.write(60)
        first = stage.text().splitlines()[0]
        assert NEARLY in first
        assert ("RAM " in first) is (size[0] >= 120)
        await stage.write(20)
        assert FULL in stage.text().splitlines()[0]


def test_the_worst_is_named_and_how_many_more() -> None:
    nearly = Gauge(State.NEARLY_FULL, 93, 100)
    gauges = {"a": nearly, "b": Gauge(State.FULL, 1, 1), "c": Gauge(State.OK, 1, 100)}
    assert numbers.alarm(gauges) == "b FULL and 1 more"
    assert numbers.alarm({**gauges, "z": Gauge(State.BROKEN, None, None)}) == "z BROKEN and 2 more"
    assert numbers.alarm({"a" * 31: nearly}) == f"{'a' * 19}~ 93%, nearly full"
    assert not numbers.alarm({"c": gauges["c"], "d": Gauge(State.UNKNOWN, None, None)})
