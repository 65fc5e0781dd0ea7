"""What a path of the practice machine can name: files, directories, links, devices, views."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tui.backend.host import FileKind

PAGE = 4096


@dataclass
class Content:
    """What is on a device or in an image, as far as blkid and mount can tell.

    `tree` are the files of its file system. `exceptions` are the chunks that an exception
    store has recorded, and `changed` is what its snapshot showed when that was removed. `dirty`: its
    journal holds what is not yet in its place.
    """

    fstype: str
    label: str = ""
    uuid: str = ""
    tree: "Directory | None" = None
    exceptions: int = 0
    changed: "Content | None" = None
    dirty: bool = False


@dataclass
class File:
    """A regular file. `length` is its size where that is not its text's; `allocated` are
    the bytes it takes of its file system (a sparse file takes fewer than its size).
    """

    text: str = ""
    length: int | None = None
    allocated: int = 0
    content: Content | None = None
    version: int = 0

    @property
    def size(self) -> int:
        """The size in bytes."""
        return len(self.text.encode()) if self.length is None else self.length

    def write(self, text: str) -> None:
        """Replace everything that is in it."""
        self.text, self.length, self.version = text, None, self.version + 1
        self.allocated = -(-self.size // PAGE) * PAGE


@dataclass
class Directory:
    """A directory: nodes by name. `mode` are its permission bits. `merged` is, of the upper layer
    of an overlay, what both layers show.
    """

    entries: "dict[str, Node]" = field(default_factory=dict)
    mode: int = 0o755
    merged: "Directory | None" = None

    def get(self, name: str) -> "Node | None":
        """The node of a name."""
        return self.entries.get(name)

    def names(self) -> list[str]:
        """The names in it."""
        return list(self.entries)


@dataclass(frozen=True)
class View:
    """A directory whose entries are made when somebody looks (/sys, /proc, /dev)."""

    get: "Callable[[str], Node | None]"
    names: Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True)
class Special:
    """A device node, FIFO or socket; `kname` for block devices."""

    kind: FileKind
    kname: str = ""


Node = File | Directory | View | Link | Special


def kind(node: Node) -> FileKind:
    """The kind of a node that is not a link."""
    if isinstance(node, Special):
        return node.kind
    return FileKind.FILE if isinstance(node, File) else FileKind.DIRECTORY


def fixed(entries: dict[str, Node]) -> View:
    """A view of entries that are known already."""
    return View(entries.get, lambda: entries)


def text(value: object) -> File:
    """A one-line file as the kernel makes them."""
    return File(f"{value}\n")
