"""Hostile text on every screen: labels, models, names of processes, errors."""

import pytest
from rich.segment import ControlType, Segment
from textual.color import Color

from tests.screens.scenes import SCENES, Scene
from tests.screens.theatre import play
from tests.unit.test_hostile_text import EVIL, harmless, haunt
from tui.app.data import DataFilter
from tui.backend.errors import SandboxError
from tui.backend.practice import events
from tui.backend.practice.world import World


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_no_screen_paints_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    start = events.start

    def disguised(world: World, program: str, how: str, path: str, user: str = "user") -> int:
        return start(world, program + EVIL, how, path, user)

    monkeypatch.setattr(events, "start", disguised)
    host = scene.host()
    haunt(host)
    async with play(host, size=(120, 36)) as stage:
        await scene.act(stage)
        harmless(stage.text())
        stage.app.complain(SandboxError(EVIL, EVIL))
        await stage.settle()
        assert "pwned" in stage.text()
        harmless(stage.text())


def test_the_last_door_keeps_the_width() -> None:
    said = [
        Segment("a\x1b[31mb\u202e\ue000c"),
        Segment("plain"),
        Segment("\x1b[2J", None, [(ControlType.HOME,)]),
    ]
    found = DataFilter().apply(said, Color.parse("black"))
    assert [segment.text for segment in found] == ["a[31mb?c", "plain", "\x1b[2J"]
