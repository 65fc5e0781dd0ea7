"""The one door to other programs: argv lists, no stdin of ours, plain C locale."""

import os
import re
import selectors
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

from tui.backend.errors import CommandFailed

_PACKAGES = {
    "dmsetup": "dmsetup",
    "losetup": "mount",
    "mount": "mount",
    "umount": "mount",
    "lsblk": "util-linux",
    "blkid": "util-linux",
    "blockdev": "util-linux",
    "modprobe": "kmod",
    "rmmod": "kmod",
    "udevadm": "udev",
    "mkfs.ext4": "e2fsprogs",
    "dumpe2fs": "e2fsprogs",
    "find": "findutils",
    "sudo": "sudo",
    "busybox": "busybox-static",
    "mke2fs": "e2fsprogs",
    "debugfs": "e2fsprogs",
    "mksquashfs": "squashfs-tools",
    "unsquashfs": "squashfs-tools",
    "bsdtar": "libarchive-tools",
    "grub-mkimage": "grub-common",
    "mkfs.vfat": "dosfstools",
    "mcopy": "mtools",
    "mmd": "mtools",
}
"""The Debian package of each program that may be missing."""

_NOT_FOUND = 127
"""What env(1) ends with when there is no such program."""

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)%(?: done|\s*[\r\n]|\s*$)")
_PATIENCE = 0.5
"""Seconds between two looks whether a long-running program shall end."""

_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin")


def search_path() -> str:
    """PATH with the sbin directories, which an ordinary user's PATH often lacks."""
    have = [entry for entry in os.environ.get("PATH", "").split(":") if entry]
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
        done = _call(argv, (input or "").encode(), output, timeout, keep)
    except FileNotFoundError as error:
        if error.filename == argv[0]:
            raise missing(argv[0]) from error
        raise CommandFailed(f"{error.filename}: {error.strerror}.") from error
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{_line(argv)}: no answer after {timeout:g} seconds.") from error
    except OSError as error:
        raise CommandFailed(f"{_line(argv)}: {error.strerror}.") from error
    if done.returncode == _NOT_FOUND and argv[0] == "env":
        raise missing(next(word for word in argv[1:] if "=" not in word))
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()
        raise CommandFailed(failure(argv, done.returncode, words), status=done.returncode)
    return (done.stdout or b"").decode(errors="surrogateescape")


def follow(argv: Sequence[str], progress: Callable[[float], None], *, keep: tuple[int, ...] = ()) -> str:
    """Run a program that prints percentages, and pass each new one on (0 to 1); its standard output.

    `progress` is also called now and then without news, so that it can raise: then the program is ended.
    """
    try:
        child = _start(argv, keep)
    except OSError as error:
        raise missing(argv[0]) from error
    with child:
        try:
            said, complained = _listen(child, progress)
        except BaseException:
            child.terminate()
            raise
    if child.returncode == _NOT_FOUND and argv[0] == "env":
        raise missing(next(word for word in argv[1:] if "=" not in word))
    if child.returncode:
        words = _last_words(complained or said)
        raise CommandFailed(failure(argv, child.returncode, words), status=child.returncode)
    return said


@contextmanager
def pipe(argv: Sequence[str]) -> Iterator[BinaryIO]:
    """What a program prints, while it runs: for more than fits into memory.

    CommandFailed when it fails, also when that keeps the reader from making sense of it.
    """
    with tempfile.TemporaryFile() as complaints:
        try:
            child = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise missing(argv[0]) from error
        broken: Exception | None = None
        with child:
            try:
                assert child.stdout is not None  # noqa: S101 - it was asked for
                yield cast("BinaryIO", child.stdout)
            except Exception as error:  # noqa: BLE001 - raised again, unless the program says why
                broken = error
        if child.returncode and not (broken and child.returncode == -signal.SIGPIPE):
            complaints.seek(0)
            words = _last_words(complaints.read().decode(errors="replace"))
            raise CommandFailed(failure(argv, child.returncode, words), status=child.returncode) from broken
        if broken is not None:
            raise broken


def replace_process(argv: Sequence[str]) -> None:
    """Become another program (sudo, a shell); returns only by raising CommandFailed."""
    try:
        os.execvpe(argv[0], list(argv), {**os.environ, "PATH": search_path()})
    except OSError as error:
        raise missing(argv[0]) from error


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


def missing(program: str) -> CommandFailed:
    """The error for a program that is not installed."""
    package = package_of(program)
    return CommandFailed(
        f"The program {program} is missing.",
        f"Install it (Debian: apt-get install {package}), then try again.",
    )


def failure(argv: Sequence[str], status: int, words: str) -> str:
    """The sentence for a program that ended badly; `words` are its standard error."""
    said = words or (f"killed by signal {-status}" if status < 0 else f"exit status {status}")
    return f"{_line(argv)}: {said}"


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": search_path(), "LC_ALL": "C.UTF-8"}


def _call(
    argv: Sequence[str], data: bytes, output: str | None, timeout: float | None, keep: tuple[int, ...]
) -> subprocess.CompletedProcess[bytes]:
    with ExitStack() as stack:
        stdout = stack.enter_context(open(output, "wb")) if output else subprocess.PIPE
        return subprocess.run(
            list(argv),
            input=data,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=timeout,
            env=_environment(),
            start_new_session=True,
            pass_fds=keep,
            check=False,
        )


def _start(argv: Sequence[str], keep: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        start_new_session=True,
        pass_fds=keep,
    )


def _listen(child: subprocess.Popen[bytes], progress: Callable[[float], None]) -> tuple[str, str]:
    """All that a program prints to its end, on standard output and on standard error."""
    heard: dict[object, bytes] = {child.stdout: b"", child.stderr: b""}
    best = 0.0
    with selectors.DefaultSelector() as waiting:
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                waiting.register(pipe, selectors.EVENT_READ)
        while waiting.get_map():
            for key, _events in waiting.select(_PATIENCE):
                chunk = os.read(key.fd, 1 << 16)
                if not chunk:
                    waiting.unregister(key.fileobj)
                heard[key.fileobj] += chunk
                best = max(best, percent(heard[key.fileobj][-200:].decode(errors="replace")) or 0.0)
            progress(best)
    said, complained = (heard[pipe].decode(errors="surrogateescape") for pipe in (child.stdout, child.stderr))
    return said, complained


def percent(text: str) -> float | None:
    """The last progress in a program's words (`42%` at the end of a line, `42.1% done`), 0 to 1."""
    found = _PERCENT.findall(text)
    return min(float(found[-1]) / 100, 1.0) if found else None


def _last_words(text: str) -> str:
    """The end of a long talk, without its progress."""
    lines = (line.strip() for line in re.split(r"[\r\n]+", text))
    return "\n".join([line for line in lines if line and percent(f"{line}\n") is None][-8:])


def _line(argv: Sequence[str]) -> str:
    return shlex.join(argv)
