"""A picture of every screen: small and large, in colour and on the console."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests import screenshots
from tests.screens.scenes import SCENES, Scene
from tests.screens.theatre import COLOUR, CONSOLE, Stage, build
from tui.app.terminal import Look

LOOKS = (
    pytest.param(COLOUR, (120, 36), id="colour-120x36"),
    pytest.param(CONSOLE, (80, 24), id="console-80x24"),
    pytest.param(CONSOLE, (120, 36), id="console-120x36"),
)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@pytest.mark.parametrize(("look", "size"), LOOKS)
def test_picture(scene: Scene, look: Look, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    app = build(scene.host(), look)

    async def act(pilot: Pilot[Any]) -> None:
        stage = Stage(app, pilot)
        await stage.settle()
        await scene.act(stage)

    assert snap_compare(app, terminal_size=size, run_before=act)


@pytest.mark.parametrize("name", screenshots.NAMES)
async def test_screenshot_is_up_to_date(name: str) -> None:
    """In colour at 80x24 the picture is the one under screenshots/, which the README shows."""
    file = screenshots.DIRECTORY / name
    assert file.exists(), "make it: python -m tests.screenshots"
    made = await screenshots.made(name)
    assert made == file.read_text(encoding="utf-8"), "make it again: python -m tests.screenshots"


def test_no_screenshot_too_many() -> None:
    assert {file.name for file in screenshots.DIRECTORY.glob("*.svg")} == set(screenshots.NAMES)
