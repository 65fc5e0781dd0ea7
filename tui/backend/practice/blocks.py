"""The block devices of the practice machine."""

from dataclasses import dataclass

from tui.backend.kernel.dm_status import Health
from tui.backend.kernel.text import SECTOR
from tui.backend.practice.mounted import FileSystem
from tui.backend.practice.nodes import Content, File


@dataclass(kw_only=True)
class Block:
    """Any block device: `size` and `sector` (logical block) in bytes. `writes` and `sectors`
    are its write counters since it was found; `version` stands for the bytes on it.
    """

    kname: str
    devno: str
    size: int
    type: str
    sector: int = SECTOR
    read_only: bool = False
    content: Content | None = None
    writes: int = 0
    sectors: int = 0
    version: int = 0

    def as_seen(self) -> tuple[object, ...]:
        """What cannot change without a device event."""
        return self.kname, self.size, self.read_only


@dataclass(kw_only=True)
class Disk(Block):
    """A disk, a drive or (with a `parent`) a partition."""

    parent: str = ""
    model: str = ""
    serial: str = ""
    wwn: str = ""
    transport: str = ""
    removable: bool = False
    diskseq: int = 0
    partlabel: str = ""
    partuuid: str = ""


@dataclass(kw_only=True)
class Loop(Block):
    """A loop device, bound to a `file`, or to the block device of a kernel name. `autoclear`: unbound when
    the last user goes.
    """

    file: File | None = None
    device: str = ""
    fs: FileSystem | None = None
    backing: str = ""
    autoclear: bool = False

    def as_seen(self) -> tuple[object, ...]:
        """And what it is bound to."""
        return *super().as_seen(), self.backing, self.device, self.autoclear

    @property
    def bound(self) -> bool:
        """Whether there is anything behind it."""
        return self.file is not None or bool(self.device)


@dataclass(kw_only=True)
class Ram(Block):
    """A RAM disk of brd; `allocated` are the bytes of pages it has taken."""

    allocated: int = 0


@dataclass(kw_only=True)
class Null(Ram):
    """A device of null_blk."""


@dataclass(frozen=True)
class Linear:
    """Lines of a dm table: a stretch of `device` from `offset` bytes on, then `further` ones, each with the
    length and the device, from its beginning on. `length` is that of all.
    """

    length: int
    device: str
    offset: int
    further: tuple[tuple[int, str], ...] = ()

    @property
    def parts(self) -> tuple[tuple[int, str, int], ...]:
        """Length, device and offset of each line."""
        first = self.length - sum(length for length, _ in self.further)
        return ((first, self.device, self.offset), *((length, device, 0) for length, device in self.further))


@dataclass(frozen=True)
class Snapshot:
    """A dm table line: changes to `origin` go to `cow`, in chunks of `chunk` bytes."""

    length: int
    origin: str
    cow: str
    policy: str
    chunk: int


Table = Linear | Snapshot


@dataclass(kw_only=True)
class Map(Block):
    """A device-mapper device. `data` are the chunks that a snapshot has copied; `node` is
    whether /dev/mapper has it.
    """

    name: str
    uuid: str
    table: Table
    inactive: Table | None = None
    suspended: bool = False
    node: bool = True
    data: int = 0
    health: Health = Health.ACTIVE

    def as_seen(self) -> tuple[object, ...]:
        """And its table."""
        return *super().as_seen(), self.name, self.uuid, self.table

    @property
    def below(self) -> tuple[str, ...]:
        """The kernel names of the devices it lies on."""
        table = self.table
        if isinstance(table, Linear):
            return tuple(device for _, device, _ in table.parts)
        return table.origin, table.cow
