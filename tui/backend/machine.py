"""The real machine.

What only some questions need is imported by them: `sandbox-tui list` must not wait for it.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

    from tui.backend.host import FileKind, FileNode, ForeignMount, Memory, Owner, Room, Running, Use
    from tui.backend.lock import Held

_KINDS = {
    stat.S_IFREG: "FILE",
    stat.S_IFDIR: "DIRECTORY",
    stat.S_IFBLK: "BLOCK",
    stat.S_IFCHR: "CHARACTER",
    stat.S_IFIFO: "FIFO",
    stat.S_IFSOCK: "SOCKET",
}
"""The name of the FileKind of each mode."""

_ACL = "system.posix_acl_access"
_CHUNK = 1 << 14

_HELPERS = ("/sbin", "/sbin/fs.d", "/sbin/fs", "/usr/sbin")
"""Where mount(8) looks for programs that mount a type of file system in its place."""

_ONLY_READ = frozenset({"blkid", "cat", "dumpe2fs", "find", "ldd", "lsblk", "sha256sum", "stat", "udevadm"})
"""Programs that change nothing but the file that gets their output: one that hangs, or that reads a whole
disk, must keep nobody from the locks.
"""


def _holds_lock(argv: Sequence[str]) -> bool:
    """Whether nobody else may change the machine as long as this program runs, even when we are killed."""
    if argv[0] == "mount":  # its helper may leave a file system in user space running, for ever
        types = [after for word, after in pairwise(argv) if word == "-t"]
        return not any(os.path.exists(f"{place}/mount.{one}") for one in types for place in _HELPERS)
    return argv[0] not in _ONLY_READ


class RealHost:
    """The Host that this program runs on. See `host.Host` for what each method does."""

    simulated = False

    def __init__(self) -> None:
        self._verb = threading.local()
        self._behind: dict[tuple[str, str], FileNode] = {}

    def run(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        output: str | None = None,
        timeout: float | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> str:
        """Run a program; its standard output."""
        from tui.backend import run

        keep = self._kept(argv)
        return run.run(argv, input=input, output=output, timeout=timeout, keep=keep, stop=stop)

    def pipe(self, argv: Sequence[str]) -> AbstractContextManager[BinaryIO]:
        """What a program prints, while it runs."""
        from tui.backend import run

        return run.pipe(argv)

    def stream(
        self, argv: Sequence[str], *, output: str | None = None, tick: float | None = None
    ) -> AbstractContextManager[Running]:
        """Start a program and hear it while it runs."""
        from tui.backend import run

        return run.stream(argv, output=output, tick=tick, keep=self._kept(argv))

    def read(self, path: str) -> str:
        """The text of a file, its line ends as they are; bytes that are not UTF-8 come as surrogates."""
        from tui.backend.kernel.text import decode

        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # half as many calls as a file of Python's
        try:
            return decode(b"".join(iter(lambda: os.read(descriptor, _CHUNK), b"")))
        finally:
            os.close(descriptor)

    def open(self, path: str) -> BinaryIO:
        """A regular file or a block device to be read as bytes; nothing that could keep us waiting."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode) or stat.S_ISBLK(mode):
            return os.fdopen(descriptor, "rb")
        os.close(descriptor)
        raise OSError(errno.EINVAL, "Neither a regular file nor a block device", path)

    def listdir(self, path: str) -> list[str]:
        """The names in a directory. Where we may, no time of reading is noted: it may be an origin."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOATIME | os.O_CLOEXEC)
        except PermissionError:
            return os.listdir(path)
        try:
            return os.listdir(descriptor)
        finally:
            os.close(descriptor)

    def resolve(self, path: str) -> str:
        """The absolute path without symbolic links."""
        return os.path.realpath(path)

    def kind(self, path: str) -> FileKind | None:
        """What a path names."""
        from tui.backend.host import FileKind

        try:
            return FileKind[_KINDS[stat.S_IFMT(os.stat(path).st_mode)]]
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def size(self, path: str) -> int:
        """The size of a file in bytes."""
        return os.stat(path).st_size

    def owner(self, path: str) -> Owner:
        """The owner and the mode of a path itself."""
        from tui.backend.host import Owner

        found = os.lstat(path)
        try:
            listed = _ACL in os.listxattr(path, follow_symlinks=False)
        except OSError:
            listed = False  # the file system has none
        return Owner(found.st_uid, found.st_gid, found.st_mode, listed)

    def covered(self, point: str) -> Owner:
        """Who may change the directory that a mount point covers."""
        from tui.backend import files
        from tui.backend.host import Owner

        found = files.covered(point)
        return Owner(found.st_uid, found.st_gid, found.st_mode)

    def node(self, path: str) -> FileNode:
        """Which file a path names."""
        from tui.backend import files, limited

        return limited.call(lambda: files.node(path))

    def behind(self, loop: str) -> FileNode:
        """Which file a loop device is attached to; asked once for each time that it is attached."""
        from tui.backend import files, limited

        sequence = ""
        with suppress(OSError):
            sequence = self.read(f"/sys/class/block/{loop.rsplit('/', 1)[-1]}/diskseq")
        known = self._behind.get((loop, sequence)) if sequence else None
        if known is None:
            known = self._behind[loop, sequence] = limited.call(lambda: files.behind(loop))
        return known

    def is_written(self, path: str) -> bool | None:
        """Whether anybody has a file open for writing."""
        from tui.backend import files, limited

        try:
            return limited.call(lambda: files.is_written(path))
        except OSError:
            return None

    def writers(self, file: FileNode) -> tuple[Use, ...]:
        """Who has a file open for writing."""
        from tui.backend import processes

        return processes.writers(file)

    def room(self, path: str) -> Room:
        """The room of a path's file system."""
        from tui.backend.host import Room

        found = os.statvfs(path)
        return Room(
            size=found.f_blocks * found.f_frsize,
            used=(found.f_blocks - found.f_bfree) * found.f_frsize,
            files=found.f_files,
            files_used=found.f_files - found.f_ffree,
        )

    def attached_as(self, loop: str) -> str:
        """The file of a loop device as it was called then."""
        from tui.backend import files

        return files.attached_as(loop)

    def is_root(self) -> bool:
        """Whether we are root."""
        return os.geteuid() == 0

    def memory(self) -> Memory:
        """The RAM of now."""
        import psutil

        from tui.backend import cgroups
        from tui.backend.host import Memory

        reading = psutil.virtual_memory()
        limit = cgroups.smallest(self.read)
        if limit is None or limit.available >= reading.available:
            return Memory(total=reading.total, available=reading.available)
        return Memory(min(limit.total, reading.total), limit.available, limit.group)

    def uses(self, devno: str, places: Sequence[str]) -> tuple[Use, ...]:
        """Processes that hold a device or what is mounted from it."""
        from tui.backend import processes

        return processes.uses(devno, places)

    def foreign_mounts(self) -> tuple[ForeignMount, ...]:
        """Mounts in other mount namespaces."""
        from tui.backend import processes

        return processes.foreign_mounts()

    def hidden_namespaces(self) -> tuple[Use, ...]:
        """Who keeps mount namespaces that no process is in."""
        from tui.backend import processes

        return processes.hidden_namespaces()

    def namespace(self) -> int:
        """The inode number of our mount namespace."""
        return os.stat("/proc/self/ns/mnt").st_ino

    def namespaces(self) -> Mapping[int, tuple[int, str]]:
        """The mount namespaces that processes have."""
        from tui.backend import processes

        return processes.namespaces()

    def sees_all(self) -> bool:
        """Whether no process is hidden from us."""
        from tui.backend import processes

        return processes.sees_all()

    def has_program(self, name: str) -> bool:
        """Whether a program can be run."""
        import shutil

        from tui.backend import run

        return shutil.which(name, path=run.search_path()) is not None

    def kernel_messages(self) -> AbstractContextManager[Callable[[], list[str]]]:
        """What the kernel logs about block devices while open."""
        from tui.backend import kernel_log

        return kernel_log.watch()

    def kernel_log(self) -> str:
        """What the kernel has logged about block devices."""
        from tui.backend import kernel_log

        return kernel_log.everything()

    @contextmanager
    def lock(self, purpose: str, stop: Callable[[], bool]) -> Iterator[Held]:
        """Hold the machine's lock, and those of sandboxes."""
        from tui.backend import lock

        with lock.hold(purpose, stop=stop) as held:
            self._verb.held = held
            try:
                yield held
            finally:
                del self._verb.held

    def changing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of some sandboxes that are being changed now."""
        from tui.backend import lock

        return lock.changing(names)

    def _kept(self, argv: Sequence[str]) -> tuple[int, ...]:
        """The locks that a program of the verb of this thread inherits."""
        held = getattr(self._verb, "held", None)
        return held.descriptors if held is not None and _holds_lock(argv) else ()

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def clock(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()
