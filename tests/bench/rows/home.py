"""A thousand devices: from the order to read them to the last byte of the picture; and keys."""

from __future__ import annotations

import statistics
import time

from tests.bench import pty_app
from tests.bench.player import Player
from tests.bench.pty_app import Terminal
from tests.bench.table import Row
from tui.backend.practice import PracticeHost, add_many_disks

DEVICES, ROUNDS, PRESSES = 1000, 7, 40
DOWN = b"\x1b[B"
QUIET = 0.25


def here() -> list[Row]:
    """The disks are pulled out and plugged in again, some times; then the cursor goes down."""
    with pty_app.run(f"{__name__}:scenario") as terminal:
        terminal.hear()
        paints = [_paint(terminal) for _ in range(ROUNDS)]
        keys = [_after(terminal, lambda: terminal.press(DOWN)) for _ in range(PRESSES)]
    where = "practice machine, pseudo-terminal"
    return [
        Row(
            f"home, {DEVICES} devices: from reading to painted",
            statistics.median(paints),
            1,
            unit=" s",
            detail=f"{where}; {ROUNDS} times, worst {max(paints):.2f} s",
        ),
        Row(
            f"home, {DEVICES} devices: from key to painted",
            statistics.median(keys) * 1000,
            50,
            unit=" ms",
            detail=f"{where}; {PRESSES} presses, worst {max(keys) * 1000:.0f} ms",
        ),
    ]


def _paint(terminal: Terminal) -> float:
    terminal.say("pull out")
    terminal.hear()
    terminal.drain(2 * QUIET)
    seconds = _after(terminal, lambda: terminal.say("plug in"))
    if terminal.hear() != f"{DEVICES} more":
        raise AssertionError("not all devices are shown")
    return seconds


def _after(terminal: Terminal, act: object) -> float:
    """Seconds from an act until the last byte that it brings to the terminal."""
    assert callable(act)
    start, before = time.monotonic(), terminal.count
    act()
    while terminal.count == before and time.monotonic() < start + pty_app.PATIENCE:
        terminal.drain(QUIET)
    return terminal.last - start


def machine() -> PracticeHost:
    """The demo's."""
    return PracticeHost()


async def scenario(player: Player) -> None:
    """Change the machine and read it, on demand."""
    world = player.host.world
    few = dict(world.blocks)
    add_many_disks(world, DEVICES)
    many = dict(world.blocks)
    player.say("ready")
    while order := await player.hear():
        world.blocks = dict(many if order == "plug in" else few)
        player.app.read_soon()
        await player.settle()
        reading = player.app.reading
        assert reading is not None
        player.say(f"{len(reading.inventory.devices) - len(few)} more")
