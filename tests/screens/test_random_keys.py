"""Any keys on any screen, while others change the machine: the app lives, and something has the focus."""

import random

import pytest

from tests import soak
from tests.screens.test_present import Other
from tests.screens.theatre import Stage, play
from tests.unit.practice_verbs import make, without_mapper
from tui.backend.practice import PracticeHost, demo_world, events

KEYS = """
n g o m s x r l b w e y question_mark f1 f2 ctrl+p escape escape escape enter enter enter enter enter
tab shift+tab up down left right home end pageup pagedown space f u
""".split()
"""Every key that anything is bound to, but for quitting; those that open and close more often."""


async def _press(stage: Stage, dice: random.Random) -> None:
    """One to four keys in a burst, nothing waited for between them."""
    for _ in range(dice.randrange(1, 5)):
        stage.app.simulate_key(dice.choice(KEYS))
    if dice.random() < 0.7:
        await stage.settle()


def _alive(stage: Stage, trail: list[str]) -> None:
    assert stage.app._exception is None, trail
    assert stage.app.is_running, trail
    assert stage.app.focused is not None, (stage.where, trail, stage.text())


@pytest.mark.parametrize("machine", [demo_world, without_mapper])
@pytest.mark.parametrize("seed", soak.seeds(1, 20, "random keys"))
async def test_random_keys(seed: int, machine: type) -> None:
    dice, host = random.Random(seed), PracticeHost(machine())
    make(host, name="one", size="64M")
    other, trail = Other(host, seed), list[str]()
    async with play(host) as stage:
        for _ in range(70):
            await _press(stage, dice)
            if dice.random() < 0.3:
                other.act()
            if dice.random() < 0.1:
                events.start(host.world, "bash", "works in", "/run/sandbox-tui/one/mnt")
            host.world.root = dice.random() > 0.05
            await stage.tick(whole=dice.random() < 0.2)
            trail.append(stage.where if stage.app.is_running else "")
            if stage.app.leaving and stage.app._exception is None:
                return  # Quit was chosen in the palette
            _alive(stage, trail)
        host.world.root = True
        for _ in range(12):
            await stage.press("escape")
        assert stage.where == "HomeScreen", (trail, stage.text())
        await stage.press("q")
        assert stage.app._exception is None
