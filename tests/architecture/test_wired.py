"""What a verb promises is there: its action on each of its screens, and words for its result."""

import importlib

import pytest

from tui.app.app import SandboxApp
from tui.backend import verbs
from tui.backend.verbs.verb import Query
from tui.cli.dispatch import TALKING
from tui.screens import commands
from tui.screens.home import HomeScreen
from tui.screens.livecd.medium import MediumScreen
from tui.screens.sandbox import SandboxScreen

SCREENS = {"home": HomeScreen, "sandbox": SandboxScreen, "livecd": MediumScreen, "any": SandboxApp}


@pytest.mark.parametrize(
    ("action", "place"),
    [
        (command.action, place)
        for command in (*commands.COMMANDS, *commands.GLOBAL)
        for place in command.places
    ],
)
def test_each_command_has_its_action_on_each_of_its_screens(action: str, place: str) -> None:
    screen = SCREENS[place]
    names = (f"action_{action}", f"action_{ {'palette': 'command_palette'}.get(action, action) }")
    assert any(hasattr(screen, name) for name in names)


@pytest.mark.parametrize("name", [name for name in verbs.TABLE if name not in TALKING])
def test_each_query_has_words_for_its_result(name: str) -> None:
    if isinstance(verbs.load(name).work, Query):
        assert callable(importlib.import_module(f"tui.backend.present.{verbs.TABLE[name]}").shown)
