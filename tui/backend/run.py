"""The one door to other programs: argv lists, no stdin of ours, plain C locale."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

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
}
"""The Debian package of each program that may be missing."""

_NOT_FOUND = 127
"""What env(1) ends with when there is no such program."""

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
            env={**os.environ, "PATH": search_path(), "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            pass_fds=keep,
            check=False,
        )


def _line(argv: Sequence[str]) -> str:
    return shlex.join(argv)
