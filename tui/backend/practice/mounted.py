"""File systems and mounts of the practice machine."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tui.backend.practice.nodes import Directory, File, Node

PROPAGATION = ("private", "shared", "unbindable")
"""What mount(8) asks for after it has mounted; a field of its own in mountinfo."""


@dataclass(eq=False)
class FileSystem:
    """A file system in use. `device` is the kernel name of what it is on, empty for none;
    `limit` (bytes) and `inodes` bound a tmpfs. An overlay has its `store`, a tmpfs, its upper
    layer in that, and the `layers` as its options name them.
    """

    type: str
    devno: str
    root: Node
    device: str = ""
    limit: int | None = None
    inodes: int | None = None
    store: "FileSystem | None" = None
    upper: Directory | None = None
    layers: str = ""

    @property
    def used(self) -> int:
        """Bytes that its files take."""
        return sum(node.allocated for node in nodes_below(self.root) if isinstance(node, File))

    @property
    def in_memory(self) -> bool:
        """Whether its files take RAM."""
        return self.type in ("tmpfs", "devtmpfs")

    def has_room(self, more: int) -> bool:
        """Whether `more` bytes fit."""
        if self.store is not None:
            return self.store.has_room(more)
        return self.limit is None or self.used + more <= self.limit

    def take(self, more: int) -> None:
        """Copy up `more` bytes: what is written into an overlay lies in its upper layer."""
        if self.upper is not None and more > 0:
            changes = self.upper.entries.setdefault("changes", File())
            if isinstance(changes, File):
                changes.allocated += more

    @property
    def nodes(self) -> int:
        """How many files and directories it has."""
        return sum(1 for _ in nodes_below(self.root))

    def has_inode(self) -> bool:
        """Whether another file or directory fits."""
        if self.store is not None:
            return self.store.has_inode()
        return self.inodes is None or self.nodes < self.inodes


@dataclass(eq=False)
class Mounted:
    """One mount. `root` is the node that shows at `point`, `inner` its path in the file system."""

    id: int
    fs: FileSystem
    root: Node
    point: str
    source: str
    options: str
    inner: str = "/"
    shared: str | None = None
    unbindable: bool = False
    more: tuple[str, ...] = ("rw",)
    """Options of the file system itself, as the kernel shows them."""

    def propagate(self, options: Collection[str]) -> None:
        """Share what is mounted in it, or not, as these options say."""
        self.shared = str(self.id) if "shared" in options else None
        self.unbindable = "unbindable" in options

    def line(self) -> str:
        """Its line of /proc/self/mountinfo."""
        groups = f"shared:{self.shared} " if self.shared else "unbindable " if self.unbindable else ""
        head = f"{self.id} 1 {self.fs.devno} {escape(self.inner)} {escape(self.point)} {self.options}"
        return f"{head} {groups}- {self.fs.type} {escape(self.source)} {','.join(self.more)}{self._size()}"

    def _size(self) -> str:
        if self.fs.layers:
            return f",{self.fs.layers}"
        limit = self.fs.limit
        return "" if limit is None else f",size={limit // 1024}k"


def nodes_below(node: Node) -> Iterator[Node]:
    """A node and all below it; views are not entered."""
    yield node
    if isinstance(node, Directory):
        for child in node.entries.values():
            yield from nodes_below(child)


def escape(text: str) -> str:
    """Text as mountinfo writes it: white space and backslash in octal."""
    return re.sub(r"[ \t\n\\#]", lambda match: f"\\{ord(match[0]):03o}", text)
