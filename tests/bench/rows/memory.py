"""Memory of the whole app after 600 ticks with 8 moving gauges, against after 60."""

from __future__ import annotations

import gc

import psutil

from tests.bench import crowd, pty_app
from tests.bench.player import Player
from tests.bench.table import Row
from tui.backend.practice import PracticeHost, Traffic

SANDBOXES, EARLY, LATE = 8, 60, 600


def here() -> list[Row]:
    """Ticks as fast as they go, each a second of practice time."""
    with pty_app.run(f"{__name__}:scenario") as terminal:
        early, late = (int(terminal.hear()) for _ in range(2))
        used = terminal.hear()
    detail = f"RSS {early / 1e6:.1f} MB after {EARLY}, {late / 1e6:.1f} MB after {LATE}; {used}"
    return [Row(f"memory after {LATE} ticks against after {EARLY}", late / early, 1.02, detail=detail)]


def machine() -> PracticeHost:
    """Eight sandboxes that somebody writes to."""
    host = PracticeHost(traffic=Traffic())
    crowd.practise(host, SANDBOXES)
    return host


async def scenario(player: Player) -> None:
    """Tick, and weigh."""
    await _ticks(player, EARLY)
    player.say(str(_weigh()))
    await _ticks(player, LATE - EARLY)
    player.say(str(_weigh()))
    assert player.app.reading is not None
    fills = [player.app.reading.gauge(box).fill for box in player.app.reading.inventory.sandboxes]
    player.say("fills " + " ".join(f"{fill:.0%}" for fill in fills if fill is not None))
    await player.hear()


async def _ticks(player: Player, count: int) -> None:
    for _ in range(count):
        await player.tick()
        player.host.calls.clear()  # a note of the practice machine for tests; a real one keeps none


def _weigh() -> int:
    """Bytes of this process that are in RAM."""
    gc.collect()
    return int(psutil.Process().memory_info().rss)
