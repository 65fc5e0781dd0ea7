"""The practice host: behaves like a machine, touches nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from io import BytesIO
from threading import RLock
from typing import BinaryIO

from tui.backend import paths
from tui.backend.errors import CommandFailed
from tui.backend.host import FileKind, FileNode, ForeignMount, Memory, Owner, Room, Running, Use
from tui.backend.practice import identity, state, storage, tree, use
from tui.backend.practice.clock import BASE, PracticeClock
from tui.backend.practice.demo_world import demo_world
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.faults import Fault, Faults, Killed, nth
from tui.backend.practice.locks import PracticeLocks
from tui.backend.practice.nodes import File, Special, kind
from tui.backend.practice.programs import Program
from tui.backend.practice.programs.recital import Recital
from tui.backend.practice.programs.table import NEED_ROOT, PROGRAMS
from tui.backend.practice.programs.versions import VERSIONS
from tui.backend.practice.superblocks import superblock
from tui.backend.practice.traffic import Traffic
from tui.backend.practice.world import World
from tui.backend.run import failure, missing

_PRESENT = frozenset("awk busybox cpio cut flock grep gzip install setpriv sh sort sudo xz zstd".split())
"""Programs that are there and are never run here."""
_NAMESPACE = 0xF0000000
"""The number that Linux gives to the first mount namespace is near this one."""
_HOME = "/home/user/"
_PAUSE = 0.06
"""Seconds between two lines of a program that is listened to."""


class PracticeHost:
    """An in-memory machine with the commands, messages and statuses of a real one.

    `calls` are the commands that were run; `unknown` those that the practice does not know;
    `absent` are programs that are not installed. `traffic` None: nobody writes.
    """

    simulated = True

    def __init__(
        self,
        world: World | None = None,
        *,
        clock: Callable[[], float] | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self.world = demo_world() if world is None else world
        self.time = PracticeClock()
        self.traffic = traffic
        self.calls: list[tuple[str, ...]] = []
        self.unknown: list[tuple[str, ...]] = []
        self.absent: set[str] = set()
        self.locks = PracticeLocks(self.world)
        self._clock = self.time if clock is None else clock
        self._start = self._now = self._clock()
        self._faults = Faults()
        self._guard = RLock()

    # --- the Host protocol ---

    def run(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        output: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - practice programs answer at once
        stop: Callable[[], bool] = lambda: False,  # noqa: ARG002
    ) -> str:
        """Run a program of the practice machine."""
        with self._guard:
            self._pass_time()
            self.calls.append(tuple(argv))
            self.locks.check(argv)
            fault = self._faults.take(argv)
            if fault is not None:
                self._meet(fault, argv, output)
            try:
                return self._call(argv, input or "", output)
            except Failure as error:
                if isinstance(error, NotPractised):
                    self.unknown.append(tuple(argv))
                raise CommandFailed(failure(argv, error.status, error.words), status=error.status) from error

    @contextmanager
    def pipe(self, argv: Sequence[str]) -> Iterator[BinaryIO]:
        """What a program prints."""
        yield BytesIO(self.run(argv).encode(errors="surrogateescape"))

    @contextmanager
    def stream(
        self,
        argv: Sequence[str],
        *,
        output: str | None = None,
        tick: float | None = None,  # noqa: ARG002
    ) -> Iterator[Running]:
        """Run a program of the practice machine; where time passes by itself, it takes some."""
        yield Recital(lambda: self.run(argv, output=output), _PAUSE if self.traffic is not None else 0)

    def read(self, path: str) -> str:
        """The text of a file."""
        with self._guard:
            self._pass_time()
            self._allow(path)
            return tree.file(self.world, path).text

    def open(self, path: str) -> BinaryIO:
        """The bytes of a file; of a disk or an image those of a superblock."""
        with self._guard:
            node = tree.existing(self.world, path)
            if isinstance(node, Special) and node.kname:
                self._allow(path)
                return BytesIO(superblock(storage.content(self.world, node.kname)))
            if isinstance(node, File) and node.content is not None:
                self._allow(path)
                return BytesIO(superblock(node.content))
        return BytesIO(self.read(path).encode(errors="surrogateescape"))

    def listdir(self, path: str) -> list[str]:
        """The names in a directory."""
        with self._guard:
            self._allow(f"{path}/")
            return tree.listdir(self.world, path)

    def resolve(self, path: str) -> str:
        """The path without links."""
        with self._guard:
            try:
                return tree.find(self.world, path).path
            except OSError:
                return path

    def kind(self, path: str) -> FileKind | None:
        """What a path names."""
        with self._guard, suppress(OSError):
            self._allow(path)
            node = tree.find(self.world, path).node
            return None if node is None else kind(node)
        return None

    def size(self, path: str) -> int:
        """The size of a file."""
        with self._guard:
            return tree.file(self.world, path).size

    def owner(self, path: str) -> Owner:  # noqa: ARG002 - all here is root's
        """Root, and a mode by which only root can change it."""
        return Owner(0, 0, 0o755)

    def covered(self, point: str) -> Owner:
        """Who may change the directory that a mount point covers: all here are root's."""
        return self.owner(point)

    def node(self, path: str) -> FileNode:
        """Which file a path names."""
        with self._guard:
            return identity.node(self.world, path)

    def behind(self, loop: str) -> FileNode:
        """Which file a loop device is attached to."""
        with self._guard:
            return identity.behind(self.world, loop)

    def is_written(self, path: str) -> bool | None:
        """Whether a loop device can write to a file."""
        with self._guard:
            return identity.is_written(self.world, path)

    def writers(self, file: FileNode) -> tuple[Use, ...]:  # noqa: ARG002
        """No process of the practice machine has an image open."""
        return ()

    def room(self, path: str) -> Room:
        """The room of a path's file system."""
        with self._guard:
            self._pass_time()
            self._allow(path)
            fs = tree.find(self.world, path).mount.fs
            fs = fs.store or fs
            whole = self.world.blocks[fs.device].size if fs.device in self.world.blocks else fs.used
            return Room(fs.limit or whole, fs.used, fs.inodes or fs.nodes, fs.nodes)

    def attached_as(self, loop: str) -> str:  # noqa: ARG002  its loop devices lose no path
        """The file of a loop device as it was called when it was attached."""
        return ""

    def is_root(self) -> bool:
        """Whether the practising person is root."""
        return self.world.root

    def memory(self) -> Memory:
        """The RAM of the practice machine."""
        with self._guard:
            self._pass_time()
            return Memory(self.world.ram, self.world.available)

    def uses(self, devno: str, places: Sequence[str]) -> tuple[Use, ...]:
        """The practice machine's processes that hold any of these."""
        with self._guard:
            block = self.world.device(devno)
            mounts = self.world.mounted(block.kname) if block else self.world.of_number(devno)
            points = [*places, *(mount.point for mount in mounts)]
            found = (use.first_hold(process, points) for process in self.world.processes.values())
            return tuple(entry for entry in found if entry is not None)

    def foreign_mounts(self) -> tuple[ForeignMount, ...]:
        """Mounts in other namespaces of the practice machine."""
        with self._guard:
            return tuple(self.world.foreign)

    def hidden_namespaces(self) -> tuple[Use, ...]:
        """The practice machine has none."""
        return ()

    def namespace(self) -> int:
        """The only namespace that the practice machine's user is in."""
        return _NAMESPACE

    def namespaces(self) -> Mapping[int, tuple[int, str]]:
        """That, and those of the mounts elsewhere."""
        return {_NAMESPACE: (1, "init"), **{m.pid: (m.pid, m.program) for m in self.world.foreign}}

    def sees_all(self) -> bool:
        """Whether the practising person is root."""
        return self.world.root

    def has_program(self, name: str) -> bool:
        """Whether the practice machine has a program."""
        return name not in self.absent and (name in PROGRAMS or name in _PRESENT)

    @contextmanager
    def kernel_messages(self) -> Iterator[Callable[[], list[str]]]:
        """The lines that the practice kernel logs meanwhile."""
        first = len(self.world.log)
        yield lambda: self.world.log[first:]

    def kernel_log(self) -> str:
        """All lines that the practice kernel has logged."""
        return "\n".join(self.world.log)

    def lock(
        self,
        purpose: str,
        stop: Callable[[], bool] = lambda: False,  # noqa: ARG002
    ) -> AbstractContextManager[PracticeLocks]:
        """Be the one program that changes the practice machine."""
        return self.locks.hold(purpose)

    def changing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of some sandboxes that are being changed now."""
        return tuple(name for name in names if name in self.locks.changed)

    def now(self) -> float:
        """Practice time, in seconds since the epoch."""
        return BASE + self._clock() - self._start

    def clock(self) -> float:
        """Practice time, for rates."""
        with self._guard:
            self._pass_time()
            return self._now

    # --- for tests ---

    def snapshot(self) -> state.State:
        """The whole machine as a value: equal when nothing has changed."""
        with self._guard:
            return state.state(self.world)

    def fail_at(self, number: int, words: str = "Input/output error", *, partial: bool = False) -> None:
        """Let the command of this number from now on (from 0) fail, once."""
        self._faults.add(Fault(nth(number), words, 1, 1, partial))

    def fail_when(
        self,
        when: Callable[[Sequence[str]], bool],
        words: str = "Input/output error",
        *,
        status: int = 1,
        times: int | None = 1,
    ) -> None:
        """Let commands fail that meet a condition; `times` None: for ever."""
        self._faults.add(Fault(when, words, status, times))

    def kill_at(self, number: int, *, partial: bool = False) -> None:
        """Raise Killed in place of the command of this number from now on (from 0)."""
        self._faults.add(Fault(nth(number), "killed", -9, 1, partial, kill=True))

    def kill_when(self, when: Callable[[Sequence[str]], bool]) -> None:
        """Raise Killed in place of the first command that meets a condition."""
        self._faults.add(Fault(when, "killed", -9, 1, kill=True))

    def forgive(self) -> None:
        """Forget the failures that have not happened yet."""
        self._faults.waiting.clear()

    # --- inside ---

    def _call(self, argv: Sequence[str], data: str, output: str | None) -> str:
        if output is not None:
            self._redirect(output, "")
        program = self._program(argv)
        if argv[0] in NEED_ROOT and not self.world.root and not _at_home(argv):
            raise Failure(f"{argv[0]}: Permission denied")
        try:
            said = program(self.world, list(argv[1:]), data)
        except OSError as error:
            raise Failure(f"{argv[0]}: {error.filename}: {error.strerror}") from error
        use.release(self.world)
        if output is None:
            return said
        self._redirect(output, said)
        return ""

    def _program(self, argv: Sequence[str]) -> Program:
        """The program of a command; the failure of a shell where there is none."""
        if list(argv[1:]) == ["--version"] and self.has_program(argv[0]):
            return lambda _world, _words, _data: f"{VERSIONS.get(argv[0], '')}\n"
        if argv[0] == "env" and self.absent.intersection(argv[1:]):
            raise missing(argv[2])
        if argv[0] in PROGRAMS and argv[0] not in self.absent:
            return PROGRAMS[argv[0]]
        if argv[0] not in PROGRAMS:
            self.unknown.append(tuple(argv))
        raise missing(argv[0])

    def _redirect(self, path: str, text: str) -> None:
        try:
            tree.write(self.world, path, text)
        except OSError as error:
            raise CommandFailed(f"{path}: {error.strerror}.") from error

    def _meet(self, fault: Fault, argv: Sequence[str], output: str | None) -> None:
        if fault.partial:
            half = argv[1] if argv[0] == "tee" else output
            with suppress(OSError):
                tree.write(self.world, half or "/dev/null", "")
        if fault.kill:
            raise Killed
        raise CommandFailed(failure(argv, fault.status, f"{argv[0]}: {fault.words}"), status=fault.status)

    def _pass_time(self) -> None:
        before, self._now = self._now, self._clock()
        if self.traffic is not None and self._now > before:
            self.traffic.advance(self.world, before - self._start, self._now - self._start)

    def _allow(self, path: str) -> None:
        inside = path.startswith(f"{paths.RUN_DIR}/") and "/" in path.removeprefix(f"{paths.RUN_DIR}/")
        if inside and not self.world.root:
            raise PermissionError(13, "Permission denied", path)


def _at_home(argv: Sequence[str]) -> bool:
    """Whether all the places of a command are the ordinary user's own."""
    return all(word.startswith(_HOME) for word in argv[1:] if word.startswith("/"))
