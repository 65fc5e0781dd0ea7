"""Locks: one for the machine, and one for each sandbox.

A verb holds both, but while a long step of its plan runs, which only reads: then others may change other
sandboxes. The machine's is a file; that of a sandbox is its directory, which only root can open, and which
goes with it.
"""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from tui.backend import limited, paths
from tui.backend.errors import CommandFailed, NeedsRoot, Refused
from tui.backend.kernel import locks, process
from tui.backend.kernel.text import decode
from tui.backend.text import clean

_NOTE = 1000
"""Bytes of the note that are read: who holds the lock, and for what."""
_OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW
PATIENCE = 30.0
"""Seconds for which the machine's lock is waited for: most verbs hold it for one or two."""
PATIENCE_WITHIN = 3600.0
"""The same in the middle of a plan, which would have to be undone, or could not end."""
PATIENCE_OWN = 0.5
"""The same for that of a sandbox, which who only looks has for a moment."""
_PAUSE = 0.02
_MOST_LISTED = 1 << 20
"""Bytes of the kernel's list of locks that are read: some ten thousand locks."""


class Held:
    """The locks of one verb: that of the machine, and those of its sandboxes.

    Programs that inherit `descriptors` keep the locks until they end, so that nobody recovers while a program
    of a killed sandbox-tui is still at work. The kernel releases each with the last of them.
    """

    def __init__(self, purpose: str, file: str, stop: Callable[[], bool]) -> None:
        self._file, self._purpose = file, purpose
        self._own: dict[str, int] = {}
        self._machine: int | None = None
        self._take(PATIENCE, stop)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Those of all the locks that are held now."""
        return (*([] if self._machine is None else [self._machine]), *self._own.values())

    def tell(self, purpose: str) -> None:
        """What others are told that the locks are held for."""
        self._purpose = purpose
        if self._machine is not None:
            _note(self._machine, purpose)

    def own(self, names: Iterable[str]) -> bool:
        """Take the locks of sandboxes, those that have a directory; whether all have. Refused, naming who
        has it, where another verb is changing one.
        """
        found = [self._owns(name) for name in names]
        return bool(found) and all(found)

    def share(self, names: Iterable[str]) -> None:
        """Let the machine's lock go as long as only these sandboxes are changed; not where one of them has
        no lock of its own.
        """
        if self._machine is not None and self.own(names):
            self._release()

    def alone(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Have the machine's lock again, for what all share; what waits for it ends when `stop` is true.
        CommandFailed where it cannot be had.
        """
        if self._machine is not None:
            return
        try:
            self._take(PATIENCE_WITHIN, stop)
        except Refused as refusal:
            raise CommandFailed(refusal.message, refusal.hint) from refusal

    def close(self) -> None:
        """Let all go."""
        if self._machine is not None:
            self._release()
        for descriptor in self._own.values():
            os.close(descriptor)
        self._own.clear()

    def _take(self, patience: float, stop: Callable[[], bool]) -> None:
        self._machine = _acquire(self._file, patience, stop)
        _note(self._machine, self._purpose)

    def _release(self) -> None:
        assert self._machine is not None  # noqa: S101  asked before
        os.ftruncate(self._machine, 0)
        os.close(self._machine)
        self._machine = None

    def _owns(self, name: str) -> bool:
        if name in self._own:
            return True
        try:
            descriptor = os.open(paths.of(name), _OPEN_DIRECTORY)
        except OSError:
            return False  # remains without one, or not made yet
        if not _locked(descriptor, PATIENCE_OWN):
            others = ", ".join(_users(descriptor)) or "another sandbox-tui"
            os.close(descriptor)
            raise Refused(
                f"{name} is being changed just now, by {others}.", "Wait until that is done, then try again."
            )
        self._own[name] = descriptor
        return True


@contextmanager
def hold(
    purpose: str, file: str = paths.LOCK_FILE, stop: Callable[[], bool] = lambda: False
) -> Iterator[Held]:
    """Hold the machine's lock, or raise Refused naming who has it, also when `stop` is true before. The file
    stays, and nobody else can open it: whoever can read a file can lock it.
    """
    held = Held(purpose, file, stop)
    try:
        yield held
    finally:
        held.close()


def changing(names: Iterable[str]) -> tuple[str, ...]:
    """Those of some sandboxes that a verb is changing. Their locks are tried, for a moment in which a verb
    that wants one waits. Who may not open them asks the kernel's list.
    """
    found = {name: _is_held(paths.of(name)) for name in names}
    listed = _listed() if None in found.values() else frozenset()
    return tuple(
        name for name, held in found.items() if held or (held is None and _number(paths.of(name)) in listed)
    )


def _is_held(directory: str) -> bool | None:
    """Whether somebody has its lock; None where we may not try."""
    try:
        descriptor = os.open(directory, _OPEN_DIRECTORY)
    except OSError as error:
        return None if error.errno == errno.EACCES else False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _listed() -> frozenset[str]:
    """The locks that the kernel lists, as far as that takes no long time: it grows with the square of their
    number, and anybody can have hundreds of thousands.
    """
    try:
        with open("/proc/locks", "rb") as file:
            return locks.parse(decode(file.read(_MOST_LISTED)).rpartition("\n")[0])  # whole lines
    except OSError:
        return frozenset()


def _number(path: str) -> str:
    """A file as /proc/locks names it; empty where there is none."""
    try:
        found = os.stat(path, follow_symlinks=False)
    except OSError:
        return ""
    return f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"


def _note(descriptor: int, purpose: str) -> None:
    with suppress(OSError):  # a full /run holds no note, but must not keep anybody from removing
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, to {purpose}".encode(errors="replace"), 0)


def _noted(descriptor: int) -> str:
    return decode(os.pread(descriptor, _NOTE, 0)).partition("\n")[0]


def _acquire(file: str, patience: float, stop: Callable[[], bool]) -> int:
    descriptor = _open(file)
    if _locked(descriptor, patience, stop):
        return descriptor
    holder = _noted(descriptor)
    others = "" if _lives(holder) else ", ".join(_users(descriptor))
    os.close(descriptor)
    raise Refused(
        f"Another sandbox-tui is changing this machine ({holder or 'just starting or ending'}).",
        f"Its work goes on in {others}. Wait until that has ended, then try again."
        if others
        else "Wait until it is done, then try again.",
    )


def _locked(descriptor: int, patience: float, stop: Callable[[], bool] = lambda: False) -> bool:
    """Take a lock; False where it cannot be had in so many seconds, or `stop` is true before."""
    end = time.monotonic() + patience
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= end or stop():
            return False
        time.sleep(_PAUSE)


def _lives(holder: str) -> bool:
    """Whether the process in a note is there."""
    pid = holder.partition(",")[0].rpartition(" ")[2]
    return bool(pid) and os.path.exists(f"/proc/{pid}")


def _users(descriptor: int) -> list[str]:
    """The other processes that have a lock open."""
    found = []
    for pid in process.pids(os.listdir("/proc")):
        with suppress(OSError):
            if pid != os.getpid() and _has_open(pid, descriptor):
                with open(f"/proc/{pid}/comm", "rb") as file:
                    found.append(f"process {pid} ({clean(decode(file.read()).removesuffix(chr(10)))})")
    return found


def _has_open(pid: int, descriptor: int) -> bool:
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
