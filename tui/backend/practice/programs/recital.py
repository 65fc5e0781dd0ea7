"""A practice program that is heard while it runs: what it says is known at once, and told line by line."""

import time
from collections.abc import Callable, Iterator

from tui.backend.errors import CommandFailed
from tui.backend.host import Said


class Recital:
    """A Running of the practice machine: `program` is called when somebody listens; `pause` are the
    seconds between two lines.
    """

    def __init__(self, program: Callable[[], str], pause: float = 0) -> None:
        self._program, self._pause = program, pause
        self._error: CommandFailed | None = None
        self.status: int | None = None
        self.consumed: int | None = None

    def __iter__(self) -> Iterator[Said]:
        try:
            said = self._program()
        except CommandFailed as error:
            self._error, self.status, said = error, error.status or 1, ""
        else:
            self.status = 0
        for line in said.splitlines(keepends=True):
            yield Said(line)
            if self._pause:
                time.sleep(self._pause)

    def check(self) -> None:
        """Raise what the program ended with."""
        if self._error is not None:
            raise self._error
