"""The app on a practice machine, driven by hand: no timer, no clock, every tick on demand."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from tests.patience import PATIENCE
from tests.screens.held import HeldHost
from tests.screens.idle import draws, turn
from tui.app.app import SandboxApp
from tui.app.terminal import Glyphs, Look
from tui.backend.practice import PracticeHost, events

COLOUR = Look()
CONSOLE = Look(ansi=True, glyphs=Glyphs.CP437)
NAME = "sdb1-sandbox"
MOUNT = f"/run/sandbox-tui/{NAME}/mnt"
MIB = 1 << 20


class Stage:
    """A running app with hands on it."""

    def __init__(self, app: SandboxApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def host(self) -> PracticeHost:
        assert isinstance(self.app.host, PracticeHost)
        return self.app.host

    @property
    def where(self) -> str:
        """The screen on top."""
        return type(self.app.screen).__name__

    async def settle(self) -> None:
        """Until no thread works (or one waits for a held program), all messages have been handled, and
        nothing is left to draw; however long that takes.
        """
        seen = self._ticks()
        end = time.monotonic() + PATIENCE
        await turn(self.pilot)
        while self._works(seen) or draws(self.app):
            await asyncio.sleep(0.001)
            await turn(self.pilot)
            assert time.monotonic() < end, self.text()

    async def until(self, fact: Callable[[], bool]) -> None:
        """Let the app work until something is true."""
        end = time.monotonic() + PATIENCE
        while not fact():
            assert self.app._exception is None
            await asyncio.sleep(0.001)
            await turn(self.pilot)
            assert time.monotonic() < end, self.text()
        await self.settle()

    def _works(self, seen: int) -> bool:
        """Whether a thread works, and not only waits for a held program since so many ticks."""
        return not all(worker.is_finished for worker in self.app.workers) and self._ticks() <= seen + 1

    def _ticks(self) -> int:
        """How often a held program's reader could have stopped it."""
        return self.app.host.ticks if isinstance(self.app.host, HeldHost) else 0

    async def press(self, *keys: str) -> None:
        """Keys, one after the other, each to its end."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Text into the field that has the focus."""
        for letter in text:
            await self.pilot.press(letter if letter.isalnum() else _KEYS.get(letter, letter))
        await self.settle()

    async def tick(self, seconds: float = 1, *, whole: bool = False) -> None:
        """Time goes on, and the machine is read."""
        self.host.time.advance(seconds)
        if whole:
            self.app.read_soon()
        else:
            self.app.read()
        await self.settle()

    def text(self) -> str:
        """What is seen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def says(self, words: str) -> bool:
        """Whether a sentence is seen, on one line or wrapped."""
        return words in re.sub(r"[\s│║]+", " ", self.text())

    async def make(self, size: str = "") -> None:
        """A sandbox of /dev/sdb1 by keys, from home and back."""
        await self.press("n", "down", "enter")
        if size:
            await self.press("tab")
            await self.type(size)
        await self.press("enter", "enter", "enter", "enter")
        assert self.where == "HomeScreen", self.text()

    async def write(self, mib: int, times: int = 1) -> None:
        """Somebody writes, a second at a time."""
        for _ in range(times):
            events.write(self.host.world, NAME, mib * MIB)
            await self.tick()


_KEYS = {
    "/": "slash", "=": "equals_sign", "-": "minus", "+": "plus", "%": "percent_sign", ".": "full_stop",
    " ": "space", "_": "underscore", "[": "left_square_bracket", "]": "right_square_bracket",
}  # fmt: skip


def build(host: PracticeHost | None = None, look: Look = COLOUR, **more: Any) -> SandboxApp:
    """The app, not yet running."""
    return SandboxApp(host or PracticeHost(), look=look, interval=0, **more)


@asynccontextmanager
async def play(
    host: PracticeHost | None = None,
    look: Look = COLOUR,
    size: tuple[int, int] = (80, 24),
    **more: Any,
) -> AsyncIterator[Stage]:
    """The app, running and read once."""
    app = build(host, look, **more)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot)
        await stage.settle()
        yield stage
