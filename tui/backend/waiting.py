"""Waiting for a program, but never for ever.

One that does nothing any more (it waits for what never comes) is ended. One that cannot even be killed,
because the kernel keeps it in uninterruptible sleep, is left behind, and the caller is told.
"""

import io
import os
import select
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO, Protocol

from tui.backend.kernel import process as proc
from tui.backend.kernel.text import decode

IDLE = 120.0
"""Seconds without any activity after which a program is given up."""
IDLE_WRITING = 900.0
"""The same for programs for which the kernel may be writing to a disk."""
LONGEST = 7 * 24 * 3600.0
"""Seconds after which any program is given up."""
GRACE = 10.0
"""Seconds that a program gets to finish after a stop was asked for."""
GRACE_WRITING = 60.0
PATIENCE = 5.0
"""Seconds that a program gets to end when asked to, and again when killed."""

_WRITING = frozenset({"cp", "dd", "sync", "umount"})
_WAKE = 0.1
"""Seconds between two looks whether a silent program still runs."""
_LOOKS = 8
"""How often the activity is looked at within the time after which a program is given up."""


class Process(Protocol):
    """A started program, the first process of its session: as much of subprocess.Popen as is used here."""

    pid: int
    stdout: IO[bytes] | None
    stderr: IO[bytes] | None

    def poll(self) -> int | None:
        """The exit status, None while it runs."""
        ...


class GivenUp(Exception):
    """The program is not waited for any longer; the text says why."""


class Watch:
    """Decides when a program is not waited for any longer.

    `timeout` are the seconds that it has in all; None: as long as it does anything. `stop` says whether
    a stop was asked for: then it gets a little time to finish.
    """

    def __init__(
        self, process: Process, argv: Sequence[str], timeout: float | None, stop: Callable[[], bool]
    ) -> None:
        self._process, self._stop = process, stop
        slow = not _WRITING.isdisjoint(argv)  # what runs such a program waits for it, too
        self._grace = GRACE_WRITING if slow else GRACE
        self._idle = IDLE_WRITING if slow else IDLE
        now = time.monotonic()
        self._total = LONGEST if timeout is None else timeout
        self._end = now + self._total
        self._asked: float | None = None
        self._active, self._looked, self._seen = now, now, ""

    def check(self) -> None:
        """Raise GivenUp when it has had its time."""
        now = time.monotonic()
        if now >= self._end:
            raise GivenUp(f"no answer after {self._total:g} seconds")
        if self._asked is None and self._stop():
            self._asked = now
        if self._asked is not None and now - self._asked >= self._grace:
            raise GivenUp(f"stopped, as asked: it had not ended {self._grace:g} seconds later")
        if now - self._looked >= self._idle / _LOOKS:
            self._looked = now
            seen = activity(self._process.pid)
            if seen != self._seen:
                self._active, self._seen = now, seen
            elif now - self._active >= self._idle:
                raise GivenUp(f"no answer: it has done nothing for {self._idle:g} seconds")


def activity(session: int) -> str:
    """What the processes of a session have done so far: equal texts mean nothing since."""
    found = []
    for pid in sorted(proc.pids(os.listdir("/proc"))):
        with suppress(OSError):
            told = proc.stat(_read(f"/proc/{pid}/stat"))
            if told is not None and told.session == str(session):
                found.append(f"{pid} {' '.join(told.done)} {_transfers(pid)}")
    return "\n".join(found)


def _transfers(pid: int) -> str:
    try:
        return _read(f"/proc/{pid}/io").replace("\n", " ")
    except OSError:
        return ""


def _read(path: str) -> str:
    with open(path, "rb") as file:
        return decode(file.read())


Heard = tuple[bool, bytes] | None
"""Data from standard output (False) or standard error (True), empty at its end; None: silence."""


def hear(process: Process) -> Iterator[Heard]:
    """All that a program says until it ends, with None several times a second while it says nothing.

    Its end counts, not that of its pipes: what it started may have them for much longer.
    """
    with selectors.DefaultSelector() as selector:
        for pipe, error in ((process.stdout, False), (process.stderr, True)):
            if pipe is not None and not pipe.closed:
                selector.register(pipe, selectors.EVENT_READ, error)
        pause = 0.001
        while True:
            silent = True
            for key, _events in selector.select(_WAKE if selector.get_map() else pause):
                silent, data = False, os.read(key.fd, 65536)
                if not data:
                    selector.unregister(key.fileobj)
                yield key.data, data
            if silent:
                if process.poll() is not None:
                    break
                pause = min(pause * 2, _WAKE)
                yield None
        for key in list(selector.get_map().values()):
            yield from ((key.data, data) for data in _rest(key.fd))


def _rest(descriptor: int) -> Iterator[bytes]:
    """What is in a pipe now, then its end."""
    os.set_blocking(descriptor, False)
    with suppress(BlockingIOError):
        while data := os.read(descriptor, 65536):
            yield data
    yield b""


def end(process: Process) -> bool:
    """End a program and all that it started: asked first, killed when that takes too long. False when it
    cannot be ended, and is left behind.
    """
    for signum in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return True
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        if ended(process, PATIENCE):
            return True
    return False


def ended(process: Process, seconds: float) -> bool:
    """Whether a program ends within some seconds."""
    limit, pause = time.monotonic() + seconds, 0.001
    while process.poll() is None:
        if time.monotonic() >= limit:
            return False
        time.sleep(pause)
        pause = min(pause * 2, _WAKE)
    return True


class PatientPipe(io.RawIOBase):
    """The standard output of a program, read without waiting for ever: GivenUp when it hangs."""

    def __init__(self, process: Process, watch: Watch) -> None:
        super().__init__()
        assert process.stdout is not None  # noqa: S101  the caller asked for a pipe
        self._process, self._watch, self._descriptor = process, watch, process.stdout.fileno()

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer as io.RawIOBase does; 0 at the end."""
        while not select.select([self._descriptor], [], [], _WAKE)[0]:
            if self._process.poll() is not None and not self._has_more():
                return 0
            self._watch.check()
        data = os.read(self._descriptor, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def at_end(self) -> bool:
        """Whether nothing more will come."""
        return self._has_more() and not os.read(self._descriptor, 1)

    def _has_more(self) -> bool:
        return bool(select.select([self._descriptor], [], [], 0)[0])
