"""Textual's driver for Linux, for terminals that may go away.

Textual writes in a thread; when the terminal is gone that thread dies of EIO, its queue fills
up, and the program hangs for ever instead of ending. It reads in another one, which then finds the
terminal always ready and empty, and spins. Here such writes are dropped, such a read is the last one, and
the app is told once, as by a hang-up.
"""

import os
import select
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from typing import IO, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys

# Textual takes Escape with Enter right behind it for Enter alone: "no" would become "yes" to a plan.
cast("dict[str, object]", ANSI_SEQUENCES_KEYS)["\x1b\r"] = (Keys.Escape, Keys.Enter)


class Terminal:
    """A terminal's file that never raises: what cannot be written is dropped."""

    def __init__(self, file: IO[str], lost: Callable[[], None]) -> None:
        self.file, self.gone, self.lost = file, False, lost

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
        # what Python still has for it is dropped, too: it would try again at its end, and make that a failure
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.file.fileno())
            os.close(nowhere)
        self.lost()


_WAKE = 0.1
"""Seconds between two looks whether reading is to end."""


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
            self._file = cast("TextIOWrapper", Terminal(self._file, self._lost))

    def _lost(self) -> None:
        """In a thread: the terminal has gone away. The app ends, whether hang-ups are ignored or not."""
        leave = getattr(self._app, "leave_by_signal", None)
        if leave is not None:
            self._app.call_later(leave)

    def _sigcont_application(self, *arguments: object) -> None:
        """Go on after Ctrl-Z. A hang-up continues stopped programs, too: then there is no terminal."""
        try:
            termios.tcgetattr(self.fileno)
        except termios.error:
            self._lost()
        else:
            super()._sigcont_application(*arguments)

    def run_input_thread(self) -> None:
        """Read keys until `exit_event` is set, or the terminal has gone away."""
        parser, decode = XTermParser(self._debug), getincrementaldecoder("utf-8")(errors="replace").decode
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], _WAKE)[0]:
                data = self._read()
                if not data:
                    self._lost()
                    break
                for event in parser.feed(decode(data)):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)
        with suppress(EOFError, ParseError):
            list(parser.feed(""))

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""
