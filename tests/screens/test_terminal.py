"""The program on a real terminal line (a pty): what it sends, and how it ends."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
RESTORED = b"\x1b[?1049l"
PROGRAM = """
import sys
from tui.app import start
from tui.backend.practice import PracticeHost
sys.exit(start(PracticeHost(), interval=float(sys.argv[1])))
"""
READ = b"<read>"
TICKING = """
import sys
from tui.app import start
from tui.app.app import SandboxApp
from tui.backend.practice import PracticeHost
on_read = SandboxApp.on_read
def told(self, message):
    self._driver.write("<read>")  # among what is painted, in its order
    on_read(self, message)
SandboxApp.on_read = told
sys.exit(start(PracticeHost(), interval=0.05))
"""
SLOW = """
import sys, threading
from tui.app import start
from tui.app.app import SandboxApp
from tui.backend.practice import PracticeHost
first, last, leave = threading.Event(), threading.Event(), SandboxApp.leave_by_signal
heard, signals = [], int(sys.argv[1])
def leave_by_signal(self):
    leave(self)
    heard.append(True)
    self._driver.write("<heard>")
    first.set()
    if len(heard) == signals:
        last.set()
SandboxApp.leave_by_signal = leave_by_signal
class Slow(PracticeHost):
    def run(self, argv, **more):
        if argv[0] == "tee":
            first.wait()  # the signal comes while this runs
        elif first.is_set():
            last.wait()  # and the others before anything is taken back
        return super().run(argv, **more)
host = Slow()
before = host.snapshot()
code = start(host, interval=0.5)
said = "CLEAN" if host.snapshot() == before else "DIRTY"
if len(sys.argv) > 2:
    with open(sys.argv[2], "w") as file:
        file.write(said)
else:
    print(said, flush=True)
sys.exit(code)
"""


SHELL = """
import sys
from tui.app import start
from tui.app.app import SandboxApp
from tui.backend.practice import PracticeHost
SandboxApp.action_theme = lambda self: self.shell("/tmp", "trial")
sys.exit(start(PracticeHost(), interval=0))
"""


class Line:
    """A terminal with the program on it."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process, self.master = process, master
        self.seen = b""

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds."""
        end, got = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                break
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            if not data:
                break
            got += data
        self.seen += got
        return got

    def until(self, words: bytes, times: int = 1) -> None:
        """Wait for some words on the screen, so many times."""
        end = time.monotonic() + PATIENCE
        while self.seen.count(words) < times:
            assert time.monotonic() < end, self.seen[-2000:]
            assert self.read(0.2) or self.process.poll() is None, self.seen[-2000:]

    def end(self) -> int:
        """Its exit code."""
        while self.process.poll() is None:
            self.read(0.1)
        self.read(0.2)
        return self.process.returncode


@contextmanager
def line(program: str, *args: str, term: str = "xterm-256color") -> Iterator[Line]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environ = {**os.environ, "TERM": term, "PYTHONPATH": ROOT}
    process = subprocess.Popen(
        [sys.executable, "-c", program, *args],
        stdin=slave, stdout=slave, stderr=slave, env=environ, cwd=ROOT, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  no threads here
    )  # fmt: skip
    os.close(slave)
    try:
        yield Line(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        with suppress(OSError):
            os.close(master)


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "vt220"])
def test_an_unchanged_tick_sends_no_byte(term: str) -> None:
    with line(TICKING, term=term) as terminal:
        terminal.until(b"sdb1")
        terminal.until(READ * 5)  # nothing between them: all is painted
        terminal.seen = terminal.seen.split(READ * 5, 1)[1]
        terminal.until(READ, times=20)
        assert terminal.seen[: 20 * len(READ)] == READ * 20


def test_quitting_gives_the_terminal_back() -> None:
    with line(PROGRAM, "1") as terminal:
        terminal.until(b"sdb1")
        os.write(terminal.master, b"q")
        assert terminal.end() == 0
        assert RESTORED in terminal.seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_give_the_terminal_back(number: signal.Signals) -> None:
    with line(PROGRAM, "1") as terminal:
        terminal.until(b"sdb1")
        terminal.process.send_signal(number)
        assert terminal.end() == 1
        assert RESTORED in terminal.seen
        assert b"Traceback" not in terminal.seen


def start_a_plan(terminal: Line) -> None:
    """With the keys that people press, until a step takes its time."""
    terminal.until(b"sdb1")
    for keys, words in (
        (b"n", b"Which disk"),
        (b"\x1b[B\r", b"cannot overflow"),
        (b"\r", b"classic of 2008"),
    ):
        os.write(terminal.master, keys)
        terminal.until(words)
    os.write(terminal.master, b"\r")
    terminal.until(b"Nothing has been touched yet")
    while b"running" not in terminal.seen:  # Enter counts once the plan has been on the screen
        os.write(terminal.master, b"\r")
        terminal.read(1)
        assert terminal.process.poll() is None, terminal.seen[-2000:]


def test_a_running_plan_is_undone_when_a_signal_comes() -> None:
    with line(SLOW, "1") as terminal:
        start_a_plan(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 1
        assert RESTORED in terminal.seen
        assert b"CLEAN" in terminal.seen


def test_leaving_says_at_once_what_it_waits_for_and_no_signal_kills_the_undo() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) * 3
    with line(SLOW, str(len(numbers))) as terminal:
        start_a_plan(terminal)
        os.write(terminal.master, b"q")
        terminal.until(b"Leaving as soon as that can be")
        for count, number in enumerate(numbers, 1):
            assert RESTORED not in terminal.seen
            terminal.process.send_signal(number)
            terminal.until(b"<heard>", count)
        terminal.end()
        assert b"CLEAN" in terminal.seen


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_terminal_that_goes_away_during_a_plan(tmp_path: Path, number: signal.Signals) -> None:
    """Whether hang-ups are ignored or not, and right after q: it is undone, and the program ends."""
    said = tmp_path / "said"
    ignored = f"import signal; signal.signal({int(number)}, signal.SIG_IGN)\n"
    with line(ignored + SLOW, "1", str(said)) as terminal:
        start_a_plan(terminal)
        os.write(terminal.master, b"q")
        os.close(terminal.master)
        assert terminal.process.wait(timeout=60) in (0, 1)
    assert said.read_text() == "CLEAN"


def test_a_shell_takes_the_terminal_and_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/sh")
    with line(SHELL) as terminal:
        terminal.until(b"sdb1")
        os.write(terminal.master, b"\x1bOQ")
        terminal.until(b"Leave it with exit")
        os.write(terminal.master, b"echo in-$SANDBOX-$PWD\n")
        terminal.until(b"in-trial-/tmp")
        terminal.seen = b""
        os.write(terminal.master, b"exit\n")
        terminal.until(b"sdb1")
        os.write(terminal.master, b"q")
        assert terminal.end() == 0


@pytest.mark.parametrize("ignored", ["", "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"])
def test_a_terminal_that_goes_away_ends_the_program(ignored: str) -> None:
    with line(ignored + PROGRAM, "0.2") as terminal:
        terminal.until(b"sdb1")
        os.close(terminal.master)
        assert terminal.process.wait(PATIENCE) == 1


@pytest.mark.parametrize("term", ["dumb", ""])
def test_without_a_usable_terminal_there_is_one_line(term: str) -> None:
    with line(PROGRAM, "1", term=term) as terminal:
        assert terminal.end() == 2
        assert terminal.seen.count(b"\n") == 1
        assert b"sandbox-tui --help" in terminal.seen


def test_without_a_terminal_there_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "1"],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ROOT},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
