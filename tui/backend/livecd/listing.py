"""What is in a root: its names, kinds and links, read without unpacking or mounting it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

FILE, DIRECTORY, LINK = "f", "d", "l"
HEAD = 64
"""Bytes of a program that tell what it is."""
_MOST_STEPS = 400
"""After so many names and links a path is taken for a circle."""
_BLOCK = 4096
MOST_NAMES = 1_000_000
MOST_TEXT = 256 << 20
"""Bytes of all names, targets of links, and extended attributes."""
_CHUNK = 1 << 16
_LONGEST = 1 << 20
"""Bytes of one piece of a program's output."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name: `kind` as find(1) writes it, `size` in bytes, `target` of a symbolic link, `time`
    of its last change in seconds since 1970, `head` the first bytes of a program where known.
    """

    kind: str
    size: int = 0
    target: str = ""
    time: int = 0
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries by their path from the top, without `/` at the ends; the top is the empty path. `replaced` are
    the bytes of those that come several times, but for the last: they are unpacked, too.
    """

    entries: Mapping[str, Entry]
    replaced: int = 0

    @property
    def newest(self) -> int:
        """The time of the newest entry."""
        return max((entry.time for entry in self.entries.values()), default=0)

    @property
    def bytes(self) -> int:
        """Bytes that the contents take in blocks of 4 KiB, while they are unpacked."""
        return self.replaced + sum(_blocks(entry) * _BLOCK for entry in self.entries.values())

    def follow(self, path: str) -> str | None:
        """Where a path leads inside this root, symbolic links followed; None: nowhere."""
        done: list[str] = []
        todo = _parts(path)
        for _step in range(_MOST_STEPS):
            if not todo:
                return "/".join(done)
            part = todo.pop(0)
            if part == "..":
                done = done[:-1]
                continue
            entry = self.entries.get("/".join((*done, part)))
            if entry is None:
                return None
            if entry.kind == LINK:
                done = [] if entry.target.startswith("/") else done
                todo = _parts(entry.target) + todo
            else:
                done.append(part)
        return None


class Collector:
    """Gathers entries, as many as fit into memory. `root` is the path that people gave."""

    def __init__(self, root: str) -> None:
        self._root, self._members, self._text, self._replaced = root, 0, 0, 0
        self.entries: dict[str, Entry] = {}

    def add(self, name: str, entry: Entry, more: int = 0) -> None:
        """Note a name; `more` are bytes that are kept of it elsewhere. Refused when it is too much."""
        above = name.rpartition("/")[0]
        while above and above not in self.entries:  # not every archive has entries for them
            self._put(above, Entry(DIRECTORY))
            above = above.rpartition("/")[0]
        self._put(name, entry, more)

    def _put(self, name: str, entry: Entry, more: int = 0) -> None:
        if name in self.entries:  # unpacked all the same, before what comes later
            self._replaced += _blocks(self.entries[name]) * _BLOCK
        self.entries[name] = entry
        self._members += 1  # a name that comes twice counts twice: more is kept of each elsewhere
        self._text += len(name) + len(entry.target) + more
        if self._members > MOST_NAMES or self._text > MOST_TEXT:
            raise Refused(
                f"{self._root} has more than {MOST_NAMES:,} names, or more than {MOST_TEXT >> 20} MiB of"
                " names and attributes.",
                "Give a smaller root.",
            )

    def listing(self) -> Listing:
        """All that was noted."""
        return Listing(self.entries, self._replaced)


def pieces(file: BinaryIO, end: bytes) -> Iterator[bytes]:
    """What a program prints, cut at each `end` (one byte, left out). ValueError at a piece that is too
    long to be any name.
    """
    rest = b""
    while chunk := file.read(_CHUNK):
        *whole, rest = (rest + chunk).split(end)
        yield from whole
        if len(rest) > _LONGEST:
            raise ValueError(f"a name is longer than {_LONGEST >> 20} MiB")
    if rest:
        yield rest


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def _blocks(entry: Entry) -> int:
    if entry.kind == DIRECTORY:
        return 1
    return -(-entry.size // _BLOCK) if entry.kind == FILE else 0
