"""Nothing is painted when nothing has changed; much is painted quickly."""

import gc
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from textual.app import App

from tests.screens.theatre import CONSOLE, NAME, Stage, play
from tui.backend.practice import PracticeHost, add_many_disks, demo_world, events


@pytest.fixture
def paints(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Everything that is handed to the terminal."""
    seen: list[object] = []
    display = App._display

    def count(self: App[Any], screen: Any, renderable: Any) -> None:
        if renderable is not None:
            seen.append(renderable)
        display(self, screen, renderable)

    monkeypatch.setattr(App, "_display", count)
    return seen


async def _quiet(stage: Stage, paints: list[object]) -> None:
    await stage.tick()
    await stage.tick()
    paints.clear()
    for _ in range(12):
        await stage.tick()
    assert not paints, stage.where


async def test_an_unchanged_tick_sends_nothing(paints: list[object]) -> None:
    async with play() as stage:
        await _quiet(stage, paints)
        await stage.make("256M")
        await stage.write(50)
        await stage.tick(30)
        await _quiet(stage, paints)
        await stage.press("g")
        await _quiet(stage, paints)
        await stage.press("escape", "x")
        await _quiet(stage, paints)
        await stage.press("escape", "n", "down", "enter")
        await _quiet(stage, paints)


async def test_a_changed_gauge_is_one_paint(paints: list[object]) -> None:
    async with play() as stage:
        await stage.make("256M")
        await _quiet(stage, paints)
        events.write(stage.host.world, NAME, 1 << 26)
        await stage.tick()
        assert 1 <= len(paints) <= 2


async def test_one_tick_starts_one_process_at_most() -> None:
    async with play() as stage:
        await stage.make("256M")
        await stage.tick()
        stage.host.calls.clear()
        await stage.tick()
        assert [call[0] for call in stage.host.calls] == ["dmsetup"]


async def test_a_thousand_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    world = demo_world()
    add_many_disks(world, 1000)
    async with play(PracticeHost(world)) as stage:
        await stage.press("end")
        assert "sdx999x" in stage.text()
        rows = type(stage.app.screen.query_one("#devices"))
        drawn, draw = Counter[str](), rows.draw  # type: ignore[attr-defined]

        def count(self: object, item: object, width: int) -> object:
            drawn["rows"] += 1
            return draw(self, item, width)

        monkeypatch.setattr(rows, "draw", count)
        await stage.press("up")
        assert 0 < drawn["rows"] < 100, "more is drawn than can be seen"
        await stage.press("home", "n")
        assert "sda1" in stage.text()


async def test_memory_stays_as_it_is() -> None:
    async with play(look=CONSOLE) as stage:
        await stage.make("256M")
        for _ in range(250):
            await stage.tick()
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.take_snapshot()
        for _ in range(60):
            await stage.tick()
        gc.collect()
        grown = sum(change.size_diff for change in tracemalloc.take_snapshot().compare_to(before, "filename"))
        tracemalloc.stop()
        assert grown < 200_000
