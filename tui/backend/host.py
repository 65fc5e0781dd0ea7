"""The machine being worked on: the one seam between this tool and everything else.

`Host` says what can be asked of a machine; `machine.RealHost` asks the real one, and the
practice host (`practice`) behaves like it without touching anything.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO, NamedTuple, Protocol


class FileKind(Enum):
    """What a path names, symbolic links followed."""

    FILE = "file"
    DIRECTORY = "directory"
    BLOCK = "block device"
    CHARACTER = "character device"
    FIFO = "FIFO"
    SOCKET = "socket"


@dataclass(frozen=True, slots=True)
class Memory:
    """RAM in bytes: all of it, and what can be had without swapping (MemAvailable); of both no more than our
    control groups allow, of which `limit` is the one that leaves the least, empty where the machine does.
    """

    total: int
    available: int
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A file system's room, in bytes and in files (inodes): what there is and what is used."""

    size: int
    used: int
    files: int
    files_used: int


@dataclass(frozen=True, slots=True)
class FileNode:
    """Which file something is, whatever it is called: the numbers of its file system and in it (`st_dev`,
    `st_ino`), and, of a device's node, that of the device (`st_rdev`; else 0).
    """

    device: int
    inode: int
    number: int = 0

    def is_same(self, other: "FileNode") -> bool:
        """Whether both are one file, or nodes of one device."""
        if self.number or other.number:
            return self.number == other.number
        return (self.device, self.inode) == (other.device, other.inode)


@dataclass(frozen=True, slots=True)
class Use:
    """A process that is in the way: `how` it holds (working directory, open file …) and `what`."""

    pid: int
    program: str
    user: str
    how: str
    what: str


@dataclass(frozen=True, slots=True)
class ForeignMount:
    """A mount in another mount namespace, which the process `pid` keeps alive.

    `devno` is `MAJOR:MINOR`; `source` is empty where the number tells all; `shared` and `master` are
    its peer groups; `owner` is the sandbox that an overlay belongs to, `inside` the one in whose
    directory it is mounted: both empty for all else, and for a namespace of another user namespace.
    `namespace` is the number of the mount namespace.
    """

    pid: int
    program: str
    devno: str
    source: str
    mountpoint: str
    shared: str | None
    master: str | None
    owner: str = ""
    inside: str = ""
    namespace: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What a program just said: a line with its end (a newline, or a carriage return where the line
    is painted over), or, empty, that it said nothing for a while. `error`: on its standard error.
    """

    text: str
    error: bool = False


class Running(Protocol):
    """A running program: iterate over it for what it says, until it ends."""

    @property
    def status(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        ...

    @property
    def consumed(self) -> int | None:
        """The bytes that it has read so far; None where that is not known."""
        ...

    def __iter__(self) -> Iterator[Said]:
        """The lines as they come."""
        ...

    def check(self) -> None:
        """Raise CommandFailed with its last words when it ended badly."""
        ...


class Locks(Protocol):
    """The locks that a verb holds: that of the machine, and those of the sandboxes that it changes."""

    def tell(self, purpose: str) -> None:
        """What others are told that they are held for."""
        ...

    def own(self, names: Iterable[str]) -> bool:
        """Take the locks of sandboxes, those that have a directory; whether all have. Refused where another
        verb changes one.
        """
        ...

    def share(self, names: Iterable[str]) -> None:
        """Let the machine's lock go as long as only these sandboxes are changed."""
        ...

    def alone(self, stop: Callable[[], bool]) -> None:
        """Have the machine's lock again; what waits for it ends when `stop` is true, and after an hour, with
        CommandFailed.
        """
        ...


class Owner(NamedTuple):
    """Whose something is: numbers of user and group, its mode, and whether an access list names others."""

    uid: int
    gid: int
    mode: int
    listed: bool = False


class Host(Protocol):
    """A machine. Reading raises OSError as the file system does; running raises CommandFailed."""

    simulated: bool
    """True for the practice host: shown on every screen."""

    def run(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        output: str | None = None,
        timeout: float | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> str:
        """Run a program; its standard output. See `run.run`."""
        ...

    def pipe(self, argv: Sequence[str]) -> AbstractContextManager[BinaryIO]:
        """What a program prints, while it runs. CommandFailed at the end when it failed. Who has read
        enough may stop before the end: the program is ended then, and nothing is said of it.
        """
        ...

    def stream(
        self, argv: Sequence[str], *, output: str | None = None, tick: float | None = None
    ) -> AbstractContextManager[Running]:
        """Start a program and hear it while it runs; what is left of it when this closes is ended.
        `output` is a file to receive its standard output, `tick` are the seconds of silence after which an
        empty line comes. See `run.stream`.
        """
        ...

    def read(self, path: str) -> str:
        """The text of a (small) file."""
        ...

    def open(self, path: str) -> BinaryIO:
        """A regular file or a block device to be read in parts, as bytes; to be closed. OSError for all else:
        a FIFO or a terminal would not end.
        """
        ...

    def listdir(self, path: str) -> list[str]:
        """The names in a directory, in no order."""
        ...

    def resolve(self, path: str) -> str:
        """The path without symbolic links; the same path when it does not exist."""
        ...

    def kind(self, path: str) -> FileKind | None:
        """What a path names, None when it does not exist."""
        ...

    def size(self, path: str) -> int:
        """The size of a regular file in bytes."""
        ...

    def owner(self, path: str) -> Owner:
        """Who may change what a path names, links not followed (lstat(2))."""
        ...

    def covered(self, point: str) -> Owner:
        """Who may change the directory that a mount point covers. OSError, also where that cannot be seen."""
        ...

    def node(self, path: str) -> FileNode:
        """Which file a path names, links followed. OSError, also where there is no answer in time."""
        ...

    def behind(self, loop: str) -> FileNode:
        """Which file a loop device (its node) is attached to, by the kernel's own word and not by a path.
        OSError, also where there is no answer in time; PermissionError where we may not ask.
        """
        ...

    def is_written(self, path: str) -> bool | None:
        """Whether anybody has a regular file open for writing, by whatever name; None: cannot be told."""
        ...

    def writers(self, file: FileNode) -> tuple[Use, ...]:
        """The processes that have a file open for writing, as far as we may look."""
        ...

    def room(self, path: str) -> Room:
        """The room of the file system that a path is on (statvfs(3))."""
        ...

    def attached_as(self, loop: str) -> str:
        """The path of its file by which a loop device was attached, as far as the kernel keeps it (63
        bytes); empty where that is not known.
        """
        ...

    def is_root(self) -> bool:
        """Whether devices may be changed."""
        ...

    def memory(self) -> Memory:
        """The RAM of now."""
        ...

    def uses(self, devno: str, places: Sequence[str]) -> tuple[Use, ...]:
        """Processes that hold the block device `MAJOR:MINOR` or anything mounted from it,
        in any mount namespace. `places` are its nodes and where it is mounted in ours.
        """
        ...

    def foreign_mounts(self) -> tuple[ForeignMount, ...]:
        """What is mounted in the other mount namespaces of this machine, as far as we may look."""
        ...

    def hidden_namespaces(self) -> tuple[Use, ...]:
        """Processes that keep a mount namespace in which none is: what is mounted there is not known."""
        ...

    def namespace(self) -> int:
        """The number of our mount namespace."""
        ...

    def namespaces(self) -> Mapping[int, tuple[int, str]]:
        """The mount namespaces of the processes that we see: by number, one process and its program."""
        ...

    def sees_all(self) -> bool:
        """Whether every process of the machine can be looked at: root in the first PID namespace can."""
        ...

    def has_program(self, name: str) -> bool:
        """Whether a program is on the search path."""
        ...

    def kernel_messages(self) -> AbstractContextManager[Callable[[], list[str]]]:
        """While open: a function giving the block-device lines the kernel logged since."""
        ...

    def kernel_log(self) -> str:
        """What the kernel's log has now, a line each, about block devices; empty where it may not be read."""
        ...

    def lock(self, purpose: str, stop: Callable[[], bool]) -> AbstractContextManager[Locks]:
        """Hold the machine's lock, and then those of sandboxes; Refused, naming the holder, where another one
        does.
        """
        ...

    def changing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of some sandboxes that a program, ours or another one, is changing now."""
        ...

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def clock(self) -> float:
        """Seconds that only go forward, for rates."""
        ...
