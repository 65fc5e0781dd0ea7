"""The app in a pseudo-terminal, in a process of its own: what comes out, and when.

The two sides talk in lines over pipes: here `say` and `hear`, there the same in `player`.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

ROWS, COLUMNS = 24, 80
PATIENCE = 120.0


@dataclass
class Terminal:
    """The terminal's end: `count` bytes have come, the last at `last` (seconds, monotonic)."""

    screen: int
    answers: int
    orders: int
    count: int = 0
    last: float = 0.0
    _rest: str = ""

    def say(self, word: str) -> None:
        """An order to the other side."""
        os.write(self.orders, f"{word}\n".encode())

    def hear(self) -> str:
        """The next line of the other side; what is painted meanwhile is counted."""
        until = time.monotonic() + PATIENCE
        while "\n" not in self._rest:
            if time.monotonic() > until:
                raise TimeoutError("the app does not answer")
            if self.answers in self._ready(1.0, self.screen, self.answers):
                text = os.read(self.answers, 4096).decode()
                if not text:
                    raise EOFError("the app has ended")
                self._rest += text
        line, self._rest = self._rest.split("\n", 1)
        return line

    def drain(self, quiet: float) -> None:
        """Until nothing was painted for `quiet` seconds."""
        while self._ready(quiet, self.screen):
            pass

    def press(self, key: bytes) -> None:
        """A key of the keyboard."""
        os.write(self.screen, key)

    def _ready(self, seconds: float, *files: int) -> list[int]:
        ready = select.select(files, [], [], seconds)[0]
        if self.screen in ready:
            self.count += len(os.read(self.screen, 65536))
            self.last = time.monotonic()
        return ready


@contextmanager
def run(scenario: str) -> Iterator[Terminal]:
    """The app, playing a scenario (`module:function`)."""
    screen, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    answers, theirs = os.pipe()
    listens, orders = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.player", scenario, str(listens), str(theirs)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        pass_fds=(listens, theirs),
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        start_new_session=True,
    )
    for file in (slave, listens, theirs):
        os.close(file)
    try:
        yield Terminal(screen, answers, orders)
    finally:
        process.kill()
        process.wait()
        for file in (screen, answers, orders):
            os.close(file)
