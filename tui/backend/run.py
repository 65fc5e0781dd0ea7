"""The one door to other programs: argv lists, no stdin of ours, plain C locale."""

import os
import selectors
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, BinaryIO, cast

from tui.backend.errors import CommandFailed, ProgramMissing
from tui.backend.host import Said

_PROGRAMS = {
    "apt": "apt-cache apt-get",
    "bash": "bash",
    "busybox-static": "busybox",
    "coreutils": "cat chmod chown cp cut dd env head install mkdir mv printf rm rmdir sha256sum sort stat"
    " sync tail tee touch truncate",
    "cpio": "cpio",
    "dash": "sh",
    "diffutils": "cmp",
    "dmsetup": "dmsetup",
    "dosfstools": "mkfs.vfat",
    "dpkg": "dpkg-deb",
    "e2fsprogs": "debugfs dumpe2fs mke2fs mkfs.ext4",
    "fakeroot": "fakeroot",
    "findutils": "find",
    "grep": "grep",
    "grub-common": "grub-mkimage",
    "gzip": "gzip",
    "kmod": "depmod modprobe rmmod",
    "libarchive-tools": "bsdcat bsdtar",
    "libc-bin": "ldd",
    "mawk": "awk",
    "mount": "losetup mount umount",
    "mtools": "mcopy mmd",
    "procps": "kill",
    "qemu-system-x86": "qemu-system-x86_64",
    "squashfs-tools": "mksquashfs unsquashfs",
    "sudo": "sudo",
    "tar": "tar",
    "udev": "udevadm",
    "util-linux": "blkid blockdev flock lsblk prlimit setpriv unshare wipefs",
    "xorriso": "xorriso",
    "xz-utils": "xz",
    "zstd": "zstd",
}
"""Debian packages and their programs (dpkg -S, Debian 12); those that are always there too."""

_PACKAGES = {name: package for package, names in _PROGRAMS.items() for name in names.split()}
"""The Debian package of each program."""

_NOT_FOUND = 127
"""What env(1) ends with when there is no such program."""
_LAST_WORDS = 20
"""Lines that are kept to tell why a program ended badly."""
_PATIENCE = 5.0
"""Seconds that a program gets to end when asked to."""

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


def package_of(program: str) -> str:
    """The Debian package that has a program; the program's own name when unknown."""
    return _PACKAGES.get(program, program)


def run(
    argv: Sequence[str],
    *,
    input: str | None = None,
    output: str | None = None,
    timeout: float | None = None,
    keep: tuple[int, ...] = (),
) -> str:
    """Run a program to its end and return its standard output.

    `input` is its standard input (nothing when None), `output` a file to receive its
    standard output instead, `timeout` in seconds, `keep` file descriptors that it inherits.
    The child is in a session of its own, so that Ctrl-C or a hang-up at the terminal ends it
    no earlier than we do.
    Raises CommandFailed with the program's own words.
    """
    try:
        done = _call(argv, (input or "").encode(errors="surrogateescape"), output, timeout, keep)
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{_line(argv)}: no answer after {timeout:g} seconds.") from error
    except OSError as error:
        raise _no_start(argv, error) from error
    if done.returncode == _NOT_FOUND and argv[0] == "env":
        raise missing(next(word for word in argv[1:] if "=" not in word))
    if done.returncode:
        words = _words((done.stderr or done.stdout or b"").decode(errors="replace"))
        raise CommandFailed(failure(argv, done.returncode, words), status=done.returncode)
    return (done.stdout or b"").decode(errors="surrogateescape")


class Child:
    """A running program. See `host.Running` for what each method does."""

    def __init__(self, argv: Sequence[str], process: subprocess.Popen[bytes], tick: float | None) -> None:
        self._argv, self._process, self._tick = argv, process, tick
        self._last = {error: deque[str](maxlen=_LAST_WORDS) for error in (False, True)}

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def __iter__(self) -> Iterator[Said]:
        with selectors.DefaultSelector() as selector:
            for pipe, error in ((self._process.stdout, False), (self._process.stderr, True)):
                if pipe is not None and not pipe.closed:
                    selector.register(pipe, selectors.EVENT_READ, _Lines(error=error))
            while selector.get_map():
                ready = selector.select(self._tick)
                if not ready:
                    yield Said("")
                for key, _events in ready:
                    data = os.read(key.fd, 65536)
                    if not data:
                        selector.unregister(key.fileobj)
                    yield from self._note(key.data.take(data))
        self._process.wait()

    def check(self) -> None:
        """Raise CommandFailed with the program's last words when it ended badly."""
        if self.status:
            words = _words("".join(self._last[True] or self._last[False]))
            raise CommandFailed(failure(self._argv, self.status, words), status=self.status)

    def stop(self) -> None:
        """End it and all that it started: asked first, killed when that takes too long."""
        _stop(self._process)

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
    keep: tuple[int, ...] = (),
) -> Iterator[Child]:
    """Start a program and hear it while it runs. Whatever is left of it when this closes is ended.

    `tick` are the seconds of silence after which an empty piece comes, for the caller to look at
    the clock; None to wait for as long as it takes. All else is as for `run`.
    Raises CommandFailed when it cannot be started.
    """
    with ExitStack() as stack:
        try:
            stdout = stack.enter_context(open(output, "wb")) if output else subprocess.PIPE
            stdin = stack.enter_context(tempfile.TemporaryFile())
            stdin.write((input or "").encode(errors="surrogateescape"))
            stdin.seek(0)
            process = stack.enter_context(_start(argv, stdin, stdout, keep))
        except OSError as error:
            raise _no_start(argv, error) from error
        child = Child(argv, process, tick)
        try:
            yield child
        finally:
            child.stop()


@contextmanager
def pipe(argv: Sequence[str]) -> Iterator[BinaryIO]:
    """What a program prints, while it runs: for more than fits into memory.

    Who has read enough may stop before the end: the program is ended then, and nothing is said of it.
    CommandFailed when it fails, also when that keeps the reader from making sense of it.
    """
    with ExitStack() as stack:
        complaints = stack.enter_context(tempfile.TemporaryFile())
        try:
            child = stack.enter_context(_start(argv, subprocess.DEVNULL, subprocess.PIPE, (), complaints))
        except OSError as error:
            raise _no_start(argv, error) from error
        stack.callback(_stop, child)
        printed = cast("BinaryIO", child.stdout)
        broken: Exception | None = None
        try:
            yield printed
        except Exception as error:  # noqa: BLE001 - raised again, unless the program says why
            broken = error
        status = child.wait() if _at_end(printed) else child.poll()
        said = _last_words(complaints) if status else ""
    if status and status not in _PIPE_GONE:
        raise CommandFailed(failure(argv, status, said), status=status) from broken
    if broken is not None:
        raise broken


def _at_end(printed: BinaryIO) -> bool:
    """Whether all was read that a program prints, or will."""
    os.set_blocking(printed.fileno(), False)
    return printed.read(1) == b""


def _last_words(complaints: BinaryIO) -> str:
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - _COMPLAINTS))
    return _words(complaints.read().decode(errors="replace"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started: asked first, killed when that takes too long."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, number)
            process.wait(_PATIENCE)


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
    package = package_of(program)
    return ProgramMissing(
        f"The program {program} is missing.",
        f"Install it (Debian: apt-get install {package}), then try again.",
    )


def failure(argv: Sequence[str], status: int, words: str) -> str:
    """The sentence for a program that ended badly; `words` are what it said (cmp, for one, does so on
    its standard output).
    """
    said = words or (f"killed by signal {-status}" if status < 0 else f"exit status {status}")
    return f"{_line(argv)}: {said}"


def _words(said: str) -> str:
    """What was said in the end: without what was painted over."""
    return "\n".join(line.rsplit("\r", 1)[-1] for line in said.replace("\r\n", "\n").split("\n")).strip()


def _call(
    argv: Sequence[str], data: bytes, output: str | None, timeout: float | None, keep: tuple[int, ...]
) -> subprocess.CompletedProcess[bytes]:
    with ExitStack() as stack:
        stdout = stack.enter_context(open(output, "wb")) if output else subprocess.PIPE
        process = stack.enter_context(_start(argv, subprocess.PIPE, stdout, keep))
        try:
            said, errors = process.communicate(data, timeout)
        except BaseException:
            process.kill()
            raise
        return subprocess.CompletedProcess(argv, process.returncode, said, errors)


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
