"""This machine, counting."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.backend.machine import RealHost


class CountingHost(RealHost):
    """This machine, with a note of what was started."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, ...]] = []

    def run(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        output: str | None = None,
        timeout: float | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> str:
        """Note it and run it."""
        self.calls.append(tuple(argv))
        return super().run(argv, input=input, output=output, timeout=timeout, stop=stop)
