"""The one door to other programs: argv lists, no stdin of ours, plain C locale."""

import io
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from typing import IO, BinaryIO, cast

from tui.backend import packages, waiting
from tui.backend.errors import CommandFailed, NoAnswer, ProgramMissing
from tui.backend.host import Said
from tui.backend.kernel import process as proc
from tui.backend.kernel.text import decode
from tui.backend.waiting import GivenUp, Heard, PatientPipe, Watch

_NOT_FOUND = 127
"""What env(1) ends with when there is no such program."""
_LAST_WORDS = 20
"""Lines that are kept to tell why a program ended badly."""
_COMPLAINTS = 1 << 16
"""Bytes of a program's standard error, the last ones, that are read."""
_LONGEST_LINE = 1 << 16
"""Bytes after which what comes through a pipe is a line, whether it ends or not."""
_PIPE_GONE = (-signal.SIGPIPE, 128 + signal.SIGPIPE)
"""How a program ends, or a shell for it, when nobody reads any more."""

_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin")


def search_path() -> str:
    """PATH with the sbin directories, which an ordinary user's PATH often lacks; without entries that
    mean the current directory, where anybody may have put a program.
    """
    have = [entry for entry in os.environ.get("PATH", "").split(":") if entry.startswith("/")]
    return ":".join([*have, *(entry for entry in _SBIN if entry not in have)])


def _never() -> bool:
    return False


def run(
    argv: Sequence[str],
    *,
    input: str | None = None,
    output: str | None = None,
    timeout: float | None = None,
    keep: tuple[int, ...] = (),
    stop: Callable[[], bool] = _never,
) -> str:
    """Run a program to its end and return its standard output.

    `input` is its standard input (nothing when None), `output` a file to receive its
    standard output instead, `timeout` in seconds (None: as long as it does anything), `keep` file
    descriptors that it inherits. `stop` is asked while it runs: true gives it a few seconds to finish.
    The child is in a session of its own, so that Ctrl-C or a hang-up at the terminal ends it
    no earlier than we do.
    Raises CommandFailed with the program's own words; NoAnswer when it is not waited for any longer.
    """
    said: dict[bool, list[bytes]] = {False: [], True: []}
    with stream(argv, input=input, output=output, timeout=timeout, keep=keep, stop=stop) as child:
        for heard in child.hear():
            if heard is not None:
                said[heard[0]].append(heard[1])
    printed, errors = b"".join(said[False]), b"".join(said[True])
    if child.status == _NOT_FOUND and argv[0] == "env":
        raise missing(next(word for word in argv[1:] if "=" not in word))
    if child.status:
        words = _words((errors or printed).decode(errors="replace"))
        raise CommandFailed(failure(argv, child.status, words), status=child.status)
    return printed.decode(errors="surrogateescape")


class Child:
    """A running program. See `host.Running` for what each method does."""

    def __init__(
        self, argv: Sequence[str], process: subprocess.Popen[bytes], tick: float | None, watch: Watch
    ) -> None:
        self._argv, self._process, self._tick, self._watch = argv, process, tick, watch
        self._last = {error: deque[str](maxlen=_LAST_WORDS) for error in (False, True)}

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    @property
    def consumed(self) -> int | None:
        """The bytes that it has read so far."""
        try:
            with open(f"/proc/{self._process.pid}/io", "rb") as file:
                return proc.consumed(decode(file.read()))
        except OSError:
            return None

    def hear(self) -> Iterator[Heard]:
        """What it says, piece by piece, until it ends. Raises GivenUp."""
        for heard in waiting.hear(self._process):
            self._watch.check()
            yield heard

    def __iter__(self) -> Iterator[Said]:
        cutters = {error: _Lines(error=error) for error in (False, True)}
        told = time.monotonic()
        for heard in self.hear():
            if heard is not None:
                told = time.monotonic()
                yield from self._note(cutters[heard[0]].take(heard[1]))
            elif self._tick is not None and time.monotonic() - told >= self._tick:
                told = time.monotonic()
                yield Said("")

    def check(self) -> None:
        """Raise CommandFailed with the program's last words when it ended badly."""
        if self.status:
            words = _words("".join(self._last[True] or self._last[False]))
            raise CommandFailed(failure(self._argv, self.status, words), status=self.status)

    def _note(self, said: Iterator[Said]) -> Iterator[Said]:
        for piece in said:
            if not piece.text.endswith("\r"):
                self._last[piece.error].append(piece.text)
            yield piece


class _Lines:
    """Cuts what comes through a pipe into lines."""

    def __init__(self, *, error: bool) -> None:
        self._error, self._rest = error, b""

    def take(self, data: bytes) -> Iterator[Said]:
        """The lines that are whole now; with no data, which is the pipe's end, the rest."""
        lines = (self._rest + data).splitlines(keepends=True)
        whole = not data or len(lines[-1]) > _LONGEST_LINE or lines[-1].endswith((b"\r", b"\n"))
        self._rest = b"" if whole else lines.pop()
        for line in lines:
            yield Said(line.decode(errors="surrogateescape"), self._error)


@contextmanager
def stream(
    argv: Sequence[str],
    *,
    input: str | None = None,
    output: str | None = None,
    tick: float | None = None,
    timeout: float | None = None,
    keep: tuple[int, ...] = (),
    stop: Callable[[], bool] = _never,
) -> Iterator[Child]:
    """Start a program and hear it while it runs. Whatever is left of it when this closes is ended.

    `tick` are the seconds of silence after which an empty piece comes, for the caller to look at
    the clock; None for none. All else is as for `run`.
    Raises CommandFailed when it cannot be started; NoAnswer when it is not waited for any longer.
    """
    with ExitStack() as stack:
        try:
            stdout = stack.enter_context(open(output, "wb")) if output else subprocess.PIPE
            stdin: IO[bytes] | int = subprocess.DEVNULL
            if input is not None:
                stdin = stack.enter_context(_file_of(input))
            process = stack.enter_context(_started(argv, stdin, stdout, keep))
        except OSError as error:
            raise _no_start(argv, error) from error
        yield Child(argv, process, tick, Watch(process, argv, timeout, stop))


def _file_of(text: str) -> IO[bytes]:
    """A file without a name: a pipe would fill up while nobody reads."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(text.encode(errors="surrogateescape"))
    file.seek(0)
    return file


@contextmanager
def pipe(argv: Sequence[str]) -> Iterator[BinaryIO]:
    """What a program prints, while it runs: for more than fits into memory.

    Who has read enough may stop before the end: the program is ended then, and nothing is said of it.
    CommandFailed when it fails, also when that keeps the reader from making sense of it.
    """
    with ExitStack() as stack:
        complaints = stack.enter_context(tempfile.TemporaryFile())
        try:
            child = stack.enter_context(_started(argv, subprocess.DEVNULL, subprocess.PIPE, (), complaints))
        except OSError as error:
            raise _no_start(argv, error) from error
        printed = PatientPipe(child, Watch(child, argv, None, _never))
        broken: Exception | None = None
        try:
            yield cast("BinaryIO", io.BufferedReader(printed))
        except GivenUp:
            raise
        except Exception as error:  # noqa: BLE001 - raised again, unless the program says why
            broken = error
        if printed.at_end():
            waiting.ended(child, waiting.PATIENCE)
        status = child.poll()
        said = _last_words(complaints) if status else ""
    if status and status not in _PIPE_GONE:
        raise CommandFailed(failure(argv, status, said), status=status) from broken
    if broken is not None:
        raise broken


@contextmanager
def _started(
    argv: Sequence[str],
    stdin: IO[bytes] | int,
    stdout: IO[bytes] | int,
    keep: tuple[int, ...],
    stderr: IO[bytes] | int = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is ended when this closes. One that cannot be is left behind and named; its like is
    not started again while it hangs, so that there never is a crowd of them.
    """
    before = _left_behind.get(tuple(argv))
    if before is not None and before.poll() is None:
        raise _no_answer(argv, "no answer", before.pid)
    process = _start(argv, stdin, stdout, keep, stderr)
    why = ""
    try:
        yield process
    except GivenUp as error:
        why = str(error)
    finally:
        gone = waiting.end(process)
        for file in (process.stdout, process.stderr):
            if file is not None:
                file.close()
        if not gone:
            _left_behind[tuple(argv)] = process
    if why or not gone:
        raise _no_answer(argv, why or "it cannot be ended", None if gone else process.pid)


_left_behind: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
"""What could not be killed, by its command line."""


def _no_answer(argv: Sequence[str], why: str, pid: int | None) -> NoAnswer:
    if pid is None:
        return NoAnswer(f"{_line(argv)}: {why}.", "It was ended.")
    return NoAnswer(
        f"{_line(argv)}: {why}. It cannot be ended, and is left behind as process {pid}.",
        "It waits in the kernel, for a disk or a file system that does not answer (suspended, frozen, "
        "broken), and ends when that answers.",
        pid,
    )


def _last_words(complaints: BinaryIO) -> str:
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - _COMPLAINTS))
    return _words(complaints.read().decode(errors="replace"))


def replace_process(argv: Sequence[str]) -> None:
    """Become another program (sudo, a shell); returns only by raising CommandFailed."""
    program = shutil.which(argv[0], path=search_path())
    if program is None:
        raise missing(argv[0])
    try:
        os.execve(program, list(argv), {**os.environ, "PATH": search_path()})
    except OSError as error:
        raise CommandFailed(f"{_line(argv)}: {error.strerror}.") from error


def interact(argv: Sequence[str], *, cwd: str | None = None, extra: Mapping[str, str] | None = None) -> int:
    """Hand the terminal to a program until it ends; its exit status.

    `extra` are environment variables added to ours.
    """
    try:
        return subprocess.run(
            list(argv), cwd=cwd, env={**os.environ, **(extra or {})}, check=False
        ).returncode
    except OSError as error:
        raise CommandFailed(f"{_line(argv)}: {error.strerror}.") from error


def missing(program: str) -> ProgramMissing:
    """The error for a program that is not installed."""
    return ProgramMissing(
        f"The program {program} is missing.",
        f"Install it (Debian: {packages.install(program)}), then try again.",
    )


def failure(argv: Sequence[str], status: int, words: str) -> str:
    """The sentence for a program that ended badly; `words` are what it said (cmp, for one, does so on
    its standard output).
    """
    said = words or (f"killed by signal {-status}" if status < 0 else f"exit status {status}")
    return f"{_line(argv)}: {said}"


def _words(said: str) -> str:
    """What was said in the end: without what was painted over, and once what is said again and again."""
    lines = (line.rsplit("\r", 1)[-1] for line in said.replace("\r\n", "\n").split("\n"))
    return "\n".join(line for line, _same in groupby(lines)).strip()


def _start(
    argv: Sequence[str],
    stdin: IO[bytes] | int,
    stdout: IO[bytes] | int,
    keep: tuple[int, ...],
    stderr: IO[bytes] | int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(argv),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env={**os.environ, "PATH": search_path(), "LC_ALL": "C.UTF-8"},
        start_new_session=True,
        pass_fds=keep,
    )


def _no_start(argv: Sequence[str], error: OSError) -> CommandFailed:
    if not isinstance(error, FileNotFoundError):
        return CommandFailed(f"{_line(argv)}: {error.strerror}.")
    if error.filename == argv[0]:
        return missing(argv[0])
    return CommandFailed(f"{error.filename}: {error.strerror}.")


def _line(argv: Sequence[str]) -> str:
    return shlex.join(argv)
