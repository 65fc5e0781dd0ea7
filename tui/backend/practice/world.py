"""The state of the practice machine, and simple questions about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from tui.backend.host import ForeignMount
from tui.backend.practice.blocks import Block, Disk, Loop, Map, Ram
from tui.backend.practice.mounted import FileSystem, Mounted
from tui.backend.practice.nodes import Directory

GIB = 1 << 30
Kind = TypeVar("Kind", bound=Block)


@dataclass
class Process:
    """A process and the paths it holds: (how, path), such as ("working directory", "/mnt"); `ignores` are
    the signals that do not end it.
    """

    pid: int
    program: str
    user: str = "root"
    holds: list[tuple[str, str]] = field(default_factory=list)
    ignores: tuple[str, ...] = ()


@dataclass
class World:
    """Everything there is. `blocks` are by kernel name, `mounts` in the order they were made,
    `swaps` kernel names. `pid` is this program's own process. `taken` is the RAM that
    programs use, in bytes. `modules` are loaded, `installed` can be. `log` is the kernel's.
    """

    blocks: dict[str, Block] = field(default_factory=dict)
    mounts: list[Mounted] = field(default_factory=list)
    processes: dict[int, Process] = field(default_factory=dict)
    foreign: list[ForeignMount] = field(default_factory=list)
    swaps: list[str] = field(default_factory=list)
    pid: int = 4711
    modules: set[str] = field(default_factory=lambda: {"dm_mod", "loop", "overlay"})
    installed: set[str] = field(
        default_factory=lambda: {"dm_mod", "dm_snapshot", "loop", "brd", "null_blk", "overlay"}
    )
    rd_size: int = 0
    ram: int = 24 * GIB
    taken: int = 6 * GIB
    udev: bool = True
    root: bool = True
    kernel: str = "6.1.0-practice"
    log: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _looked_at: str = ""

    def number(self, kind: str, first: int = 0) -> int:
        """The next unused number of a kind (mount, anonymous device, diskseq)."""
        self._numbers[kind] = self._numbers.get(kind, first - 1) + 1
        return self._numbers[kind]

    def device_event(self) -> int:
        """The number of the last device event: another one when a device came, went or became another since
        somebody asked. Suspending a map is none.
        """
        devices = repr([block.as_seen() for block in self.blocks.values()])
        if devices != self._looked_at:
            self._looked_at = devices
            return self.number("event")
        return self._numbers["event"]

    def of(self, kind: type[Kind]) -> Iterator[Kind]:
        """All block devices of a class."""
        return (block for block in list(self.blocks.values()) if isinstance(block, kind))

    def map(self, name: str) -> Map | None:
        """The device-mapper device of a name."""
        return next((entry for entry in self.of(Map) if entry.name == name), None)

    def device(self, devno: str) -> Block | None:
        """The block device of `MAJOR:MINOR`."""
        return next((block for block in self.blocks.values() if block.devno == devno), None)

    def partitions(self, kname: str) -> list[str]:
        """The partitions of a disk."""
        return [disk.kname for disk in self.of(Disk) if disk.parent == kname]

    def holders(self, kname: str) -> list[str]:
        """The maps that lie on a device."""
        return [entry.kname for entry in self.of(Map) if kname in entry.below]

    def mounted(self, kname: str) -> list[Mounted]:
        """The mounts of the file system on a device."""
        return [mount for mount in self.mounts if kname and mount.fs.device == kname]

    def of_number(self, devno: str) -> list[Mounted]:
        """The mounts of a file system by its number."""
        return [mount for mount in self.mounts if mount.fs.devno == devno]

    def overlay(self, name: str) -> FileSystem | None:
        """The overlay of a sandbox, mounted or not."""
        return next((mount.fs for mount in self.mounts if f"/{name}/store/upper" in mount.fs.layers), None)

    def memory_used(self) -> int:
        """Bytes that files in RAM and RAM disks take."""
        systems = {mount.fs for mount in self.mounts if mount.fs.in_memory}
        return sum(fs.used for fs in systems) + sum(ram.allocated for ram in self.of(Ram))

    @property
    def available(self) -> int:
        """Bytes of RAM that can still be had."""
        return max(self.ram - self.taken - self.memory_used(), 0)

    def mount(self, fs: FileSystem, point: str, source: str, options: str = "rw,relatime") -> Mounted:
        """Put a file system on a directory."""
        mount = Mounted(self.number("mount", 20), fs, fs.root, point, source, options)
        self.mounts.append(mount)
        return mount

    def tmpfs(self, root: Directory, limit: int | None = None, inodes: int | None = None) -> FileSystem:
        """A tmpfs with these files, not yet mounted."""
        return FileSystem("tmpfs", self.anonymous(), root, limit=limit, inodes=inodes)

    def anonymous(self) -> str:
        """A device number for a file system without a device."""
        return f"0:{self.number('anonymous', 30)}"

    def loops(self) -> list[Loop]:
        """The loop devices that are bound."""
        return [loop for loop in self.of(Loop) if loop.bound]
