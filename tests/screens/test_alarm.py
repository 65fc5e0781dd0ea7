"""A sandbox that is nearly full is said to be on the first line of every screen."""

import pytest

from tests.screens.scenes import SCENES, Scene, sandboxed
from tests.screens.theatre import COLOUR, CONSOLE, play
from tui.app.terminal import Look
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


@pytest.mark.parametrize("look", [COLOUR, CONSOLE], ids=["colour", "console"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.parametrize(
    "scene", [one for one in SCENES if one.name != "start"], ids=lambda scene: scene.name
)
async def test_the_longest_alarm_has_room_on_every_screen(
    scene: Scene, size: tuple[int, int], look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is open, but where nothing has been read: the first line is never covered, and the alarm is
    whole on it.
    """
    longest = f"{'n' * 19}~ 100%, nearly full (+12)"
    monkeypatch.setattr(numbers, "alarm", lambda gauges: longest)
    async with play(scene.host(), look=look, size=size) as stage:
        await scene.act(stage)
        assert longest in stage.text().splitlines()[0]


def test_the_worst_is_named_and_how_many_more() -> None:
    nearly = Gauge(State.NEARLY_FULL, 93, 100)
    gauges = {"a": nearly, "b": Gauge(State.FULL, 1, 1), "c": Gauge(State.OK, 1, 100)}
    assert numbers.alarm(gauges) == "b FULL (+1)"
    assert numbers.alarm({**gauges, "z": Gauge(State.BROKEN, None, None)}) == "z BROKEN (+2)"
    assert numbers.alarm({"a" * 31: nearly}) == f"{'a' * 19}~ 93%, nearly full"
    assert not numbers.alarm({"c": gauges["c"], "d": Gauge(State.UNKNOWN, None, None)})
