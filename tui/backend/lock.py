"""One lock for the machine: two programs never change it at the same time."""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from tui.backend import limited, paths
from tui.backend.errors import CommandFailed, NeedsRoot, Refused
from tui.backend.kernel_text import decode, fields, lines, number
from tui.backend.text import clean

_NOTE = 1000
"""Bytes of the note that are read: two lines, the holder with its purpose, and names of sandboxes."""

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
        note(descriptor, purpose)
        yield descriptor
    finally:
        os.ftruncate(descriptor, 0)
        os.close(descriptor)


def note(descriptor: int, purpose: str, names: str = "") -> None:
    """Write into the lock what it is held for, and the names of the sandboxes that are changed."""
    with suppress(OSError):  # a full /run holds no note, but must not keep anybody from removing
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, to {purpose}\n{names}\n".encode(errors="replace"), 0)


def changing(file: str = paths.LOCK_FILE) -> tuple[str, ...]:
    """The names of the sandboxes that are being changed, by whoever holds the lock; never waits for it."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return ()
    try:
        noted = lines(decode(os.pread(descriptor, _NOTE, 0)))[1:]
        held = noted and _is_held(os.fstat(descriptor))
    except OSError:
        return ()
    finally:
        os.close(descriptor)
    return tuple(noted[0].split(", ")) if held and noted[0] else ()


def _is_held(found: os.stat_result) -> bool:
    """By the kernel's list: to try the lock would keep others from it for a moment."""
    number = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    with open("/proc/locks", "rb") as file:
        return any(number in fields(line)[5:6] for line in lines(decode(file.read())))


def _acquire(file: str) -> int:
    descriptor = _open(file)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = next(iter(lines(decode(os.pread(descriptor, _NOTE, 0)))), "")
        others = ", ".join(_left(descriptor))
        os.close(descriptor)
        raise Refused(
            f"Another sandbox-tui is changing this machine ({holder or 'just starting or ending'}).",
            f"Its work goes on in {others}. Wait until that has ended, then try again."
            if others
            else "Wait until it is done, then try again.",
        ) from None
    return descriptor


def _left(descriptor: int) -> list[str]:
    """The programs that have the lock open, where the one that took it is gone."""
    holder = fields(decode(os.pread(descriptor, _NOTE, 0)).partition(",")[0])[-1:]
    if holder and os.path.exists(f"/proc/{holder[0]}"):
        return []
    found = []
    for pid in map(number, os.listdir("/proc")):
        with suppress(OSError):
            if pid not in (None, os.getpid()) and _has_open(pid, descriptor):
                with open(f"/proc/{pid}/comm", "rb") as file:
                    found.append(f"process {pid} ({clean(decode(file.read()).removesuffix(chr(10)))})")
    return found


def _has_open(pid: int | None, descriptor: int) -> bool:
    mine, name = os.fstat(descriptor), os.readlink(f"/proc/self/fd/{descriptor}")
    for entry in os.listdir(f"/proc/{pid}/fd"):
        with suppress(OSError):
            place = f"/proc/{pid}/fd/{entry}"
            named = os.readlink(place) == name  # asks no file system, which could let us wait for ever
            if named and os.path.samestat(limited.call(partial(os.stat, place)), mine):
                return True
    return False


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
