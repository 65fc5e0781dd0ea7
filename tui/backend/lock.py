"""One lock for the machine: two programs never change it at the same time."""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tui.backend import paths
from tui.backend.errors import CommandFailed, NeedsRoot, Refused

_OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


@contextmanager
def hold(purpose: str, file: str = paths.LOCK_FILE) -> Iterator[int]:
    """Hold the lock while changing the machine, or raise Refused naming who has it.

    Gives the lock's file descriptor: programs that inherit it keep the lock until they end,
    so that nobody recovers while a program of a killed sandbox-tui is still at work.
    The kernel releases it with the last of them. The file stays, and nobody else can open it: whoever
    can read a file can lock it.
    """
    descriptor = _acquire(file)
    try:
        os.ftruncate(descriptor, 0)
        with suppress(OSError):  # a full /run holds no note, but must not keep anybody from removing
            os.pwrite(descriptor, f"process {os.getpid()}, to {purpose}\n".encode(), 0)
        yield descriptor
    finally:
        os.ftruncate(descriptor, 0)
        os.close(descriptor)


def _acquire(file: str) -> int:
    descriptor = _open(file)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 400, 0).decode(errors="replace").strip("\n")
        os.close(descriptor)
        raise Refused(
            f"Another sandbox-tui is changing this machine ({holder or 'just starting or ending'}).",
            "Wait until it is done, then try again.",
        ) from None
    return descriptor


def _open(file: str) -> int:
    try:
        descriptor = os.open(file, _OPEN, 0o600)
    except PermissionError as error:
        raise NeedsRoot(f"{error.filename}: only root can do this.", "Start it with sudo.") from error
    except OSError as error:
        if error.errno in (errno.EISDIR, errno.ELOOP, errno.ENXIO):
            raise _odd(file) from error
        raise CommandFailed(f"{error.filename}: {error.strerror}.", "Free some space there first.") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        os.close(descriptor)
        raise _odd(file)
    return descriptor


def _odd(file: str) -> Refused:
    return Refused(
        f"{file} is not a file of root's that only root can open, so it cannot be the lock.",
        "Look at what it is, and who made it; remove it, and try again.",
    )
