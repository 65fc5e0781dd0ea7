"""Textual's driver for Linux, for terminals that may go away.

Textual writes in a thread; when the terminal is gone that thread dies of EIO, its queue fills
up, and the program hangs for ever instead of ending. Here such writes are dropped, and the
program is told once, as by a hang-up.
"""

import os
import signal
from io import TextIOWrapper
from typing import IO, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys

# Textual takes Escape with Enter right behind it for Enter alone: "no" would become "yes" to a plan.
cast("dict[str, object]", ANSI_SEQUENCES_KEYS)["\x1b\r"] = (Keys.Escape, Keys.Enter)


class Terminal:
    """A terminal's file that never raises: what cannot be written is dropped."""

    def __init__(self, file: IO[str]) -> None:
        self.file, self.gone = file, False

    def write(self, text: str) -> int:
        """Write, or drop it."""
        if not self.gone:
            try:
                return self.file.write(text)
            except OSError:
                self._lost()
        return len(text)

    def flush(self) -> None:
        """Flush, or drop it."""
        if not self.gone:
            try:
                self.file.flush()
            except OSError:
                self._lost()

    def fileno(self) -> int:
        """The file's number."""
        return self.file.fileno()

    def isatty(self) -> bool:
        """Whether it was a terminal."""
        return self.file.isatty()

    def _lost(self) -> None:
        self.gone = True
        os.kill(os.getpid(), signal.SIGHUP)


class PatientDriver(LinuxDriver):
    """The same driver on such a file."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._file is not None:
            self._file = cast("TextIOWrapper", Terminal(self._file))
