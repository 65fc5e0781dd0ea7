"""What is in a root: its names, kinds and links, read without unpacking or mounting it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE, DIRECTORY, LINK = "f", "d", "l"
HEAD = 64
"""Bytes of a program that tell what it is."""
_MOST_STEPS = 400
"""After so many names and links a path is taken for a circle."""
_BLOCK = 4096


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
    """Entries by their path from the top, without `/` at the ends; the top is the empty path."""

    entries: Mapping[str, Entry]

    @property
    def newest(self) -> int:
        """The time of the newest entry."""
        return max((entry.time for entry in self.entries.values()), default=0)

    @property
    def bytes(self) -> int:
        """Bytes that the contents take in blocks of 4 KiB."""
        return sum(_blocks(entry) * _BLOCK for entry in self.entries.values())

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


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def _blocks(entry: Entry) -> int:
    if entry.kind == DIRECTORY:
        return 1
    return -(-entry.size // _BLOCK) if entry.kind == FILE else 0
