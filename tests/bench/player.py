"""`python -m tests.bench.player MODULE:FUNCTION IN OUT`: the app at this terminal, and a scenario on it."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot

from tests.screens.theatre import Stage, build
from tui.backend.practice import PracticeHost


class Player(Stage):
    """A running app that takes orders."""

    listens: int
    answers: int

    def say(self, word: str) -> None:
        """An answer to the other side."""
        os.write(self.answers, f"{word}\n".encode())

    async def hear(self) -> str:
        """The next order; the app goes on meanwhile."""
        return (await asyncio.to_thread(os.read, self.listens, 4096)).decode().strip()


Scenario = Callable[[Player], Awaitable[None]]


def main(argv: list[str]) -> int:
    """Build the machine of the scenario's module, run the app on it, play."""
    name, listens, answers = argv
    module, _, function = name.partition(":")
    imported: Any = importlib.import_module(module)
    scenario: Scenario = getattr(imported, function)
    host: PracticeHost = imported.machine()
    app = build(host)

    async def play(pilot: Pilot[Any]) -> None:
        player = Player(app, pilot)
        player.listens, player.answers = int(listens), int(answers)
        await player.settle()
        await scenario(player)
        app.exit()

    app.run(auto_pilot=play)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
