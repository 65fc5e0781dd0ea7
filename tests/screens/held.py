"""A practice machine whose long programs stop in their middle until they are let go on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.backend.host import Running, Said
from tui.backend.practice import PracticeHost
from tui.backend.practice.programs.recital import Recital

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.screens.theatre import Stage


class HeldHost(PracticeHost):
    """`program` says `lines` lines, then nothing until `released`, or until the app is gone.

    `ticks` counts how often its reader was given nothing meanwhile, and could have stopped it.
    """

    def __init__(self, program: str, lines: int) -> None:
        super().__init__()
        self.program, self.lines = program, lines
        self.released = False
        self.ticks = 0
        self.alive: Callable[[], bool] = lambda: True

    def hold(self, stage: Stage) -> None:
        """No longer than this app lives."""
        self.alive = lambda: stage.app.is_running

    @contextmanager
    def stream(
        self, argv: Sequence[str], *, output: str | None = None, tick: float | None = None
    ) -> Iterator[Running]:
        with super().stream(argv, output=output, tick=tick) as running:
            held = self.program in argv and not self.released
            yield _Held(self, running) if held else running


class _Held(Recital):
    def __init__(self, host: HeldHost, running: Running) -> None:
        super().__init__(lambda: "")
        self.host, self.running = host, running

    def __iter__(self) -> Iterator[Said]:
        for number, said in enumerate(self.running):
            if number == self.host.lines:
                yield from self._silence()
            yield said

    def _silence(self) -> Iterator[Said]:
        import time

        while not self.host.released and self.host.alive():
            time.sleep(0.005)
            yield Said("")
            self.host.ticks += 1

    def check(self) -> None:
        self.running.check()
