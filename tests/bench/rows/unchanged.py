"""Terminal bytes of a tick when nothing has changed, counted at the other end of a pseudo-terminal."""

from __future__ import annotations

from tests.bench import crowd, pty_app
from tests.bench.player import Player
from tests.bench.table import Row
from tui.backend.practice import PracticeHost

SANDBOXES, TICKS = 3, 100


def here() -> list[Row]:
    """Practice time stands still, so that nothing changes."""
    with pty_app.run(f"{__name__}:scenario") as terminal:
        terminal.hear()
        terminal.drain(1)
        first, terminal.count = terminal.count, 0
        terminal.say("tick")
        done = terminal.hear()
        terminal.drain(1)
        count = terminal.count
    detail = f"{done}, {SANDBOXES} sandboxes, pseudo-terminal; {first} bytes before, to paint it all"
    return [Row("terminal bytes of unchanged ticks", count, 0, unit="", detail=detail)]


def machine() -> PracticeHost:
    """The demo's, with sandboxes."""
    host = PracticeHost()
    crowd.practise(host, SANDBOXES)
    return host


async def scenario(player: Player) -> None:
    """Tick, on demand."""
    await player.tick()
    await player.tick()
    player.say("ready")
    await player.hear()
    before = player.app.reading
    for _ in range(TICKS):
        await player.tick(0)
    player.say(f"{TICKS} ticks" if player.app.reading is not before else "no ticks at all")
    await player.hear()
