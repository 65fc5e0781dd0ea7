"""What is in a root: its names, kinds and links, read without unpacking or mounting it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE, DIRECTORY, LINK = "f", "d", "l"
_MOST_LINKS = 40
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """One name: `kind` as find(1) writes it, `size` in bytes, `target` of a symbolic link, `time`
    of its last change in seconds since 1970.
    """

    kind: str
    size: int = 0
    target: str = ""
    time: int = 0


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
        todo = [part for part in path.split("/") if part]
        for _turn in range(_MOST_LINKS * 8):
            if not todo:
                return "/".join(done) if "/".join(done) in self.entries or not done else None
            part = todo.pop(0)
            if part in (".", ".."):
                done = done[:-1] if part == ".." else done
                continue
            entry = self.entries.get("/".join((*done, part)))
            if entry is None:
                return None
            if entry.kind == LINK:
                done = [] if entry.target.startswith("/") else done
                todo = [step for step in entry.target.split("/") if step] + todo
            else:
                done.append(part)
        return None


def _blocks(entry: Entry) -> int:
    if entry.kind == DIRECTORY:
        return 1
    return -(-entry.size // _BLOCK) if entry.kind == FILE else 0
