"""One lock for the machine: two programs never change it at the same time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tui.backend import paths
from tui.backend.errors import CommandFailed, NeedsRoot, Refused


@contextmanager
def hold(purpose: str, file: str = paths.LOCK_FILE) -> Iterator[int]:
    """Hold the lock while changing the machine, or raise Refused naming who has it.

    Gives the lock's file descriptor: programs that inherit it keep the lock until they end,
    so that nobody recovers while a program of a killed sandbox-tui is still at work.
    The kernel releases it with the last of them. The file goes away with the last sandbox,
    so that nothing is left behind.
    """
    descriptor = _acquire(file)
    try:
        os.ftruncate(descriptor, 0)
        with suppress(OSError):  # a full /run holds no note, but must not keep anybody from removing
            os.pwrite(descriptor, f"process {os.getpid()}, to {purpose}\n".encode(), 0)
        yield descriptor
    finally:
        os.ftruncate(descriptor, 0)
        _tidy(file)
        os.close(descriptor)


def _acquire(file: str) -> int:
    while True:
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
        if _is_current(descriptor, file):
            return descriptor
        os.close(descriptor)


def _open(file: str) -> int:
    try:
        os.makedirs(os.path.dirname(file), mode=0o755, exist_ok=True)
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except PermissionError as error:
        raise NeedsRoot(f"{error.filename}: only root can do this.", "Start it with sudo.") from error
    except (FileNotFoundError, FileExistsError):
        return _open(file)  # the last holder removed the directory meanwhile
    except OSError as error:
        raise CommandFailed(f"{error.filename}: {error.strerror}.", "Free some space there first.") from error


def _is_current(descriptor: int, file: str) -> bool:
    """False when the last holder removed the file between our open and our lock."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(file))
    except FileNotFoundError:
        return False


def _tidy(file: str) -> None:
    """Remove the lock file and its directory when no sandbox is left in it."""
    directory = os.path.dirname(file)
    with suppress(OSError):
        if os.listdir(directory) == [os.path.basename(file)]:
            os.unlink(file)
            os.rmdir(directory)
