"""The members of a cpio archive. Format: cpio(5), “New ASCII Format”.

The standard library has nothing for it, and as a tar (which has) hard-linked files lose their contents.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from tui.backend.livecd.listing import DIRECTORY, FILE, HEAD, LINK, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = (b"070701", b"070702")
_HEADER = 110
_END = b"TRAILER!!!"
_KINDS = {
    stat.S_IFREG: FILE,
    stat.S_IFDIR: DIRECTORY,
    stat.S_IFLNK: LINK,
    stat.S_IFCHR: "c",
    stat.S_IFBLK: "b",
    stat.S_IFIFO: "p",
    stat.S_IFSOCK: "s",
}
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its `name` as it stands there; members with the same `node` are hard links, of
    which the last one has the contents.
    """

    name: str
    entry: Entry
    node: tuple[int, ...]


def read(file: BinaryIO) -> Iterator[Member]:
    """The members of an archive without compression. ValueError when it is cut short or damaged."""
    while True:
        header = _exactly(file, _HEADER)
        if header[:6] not in _MAGIC:
            raise ValueError("the cpio archive is damaged")
        fields = [int(header[start : start + 8], 16) for start in range(6, _HEADER - 1, 8)]
        node, mode, time, size, length = (*fields[:1], *fields[7:9]), *fields[1:2], *fields[5:7], fields[11]
        name = _padded(file, length, _HEADER)[:-1]
        if name == _END:
            return
        yield Member(name.decode(errors="surrogateescape"), _entry(file, mode, time, size), node)


def _entry(file: BinaryIO, mode: int, time: int, size: int) -> Entry:
    kind = _KINDS.get(stat.S_IFMT(mode), FILE)
    if kind == LINK:
        return Entry(kind, target=_padded(file, size).decode(errors="surrogateescape"), time=time)
    head = _exactly(file, min(size, HEAD))
    _skip(file, size - len(head) + -size % 4)
    return Entry(kind, size if kind == FILE else 0, time=time, head=head)


def _padded(file: BinaryIO, size: int, before: int = 0) -> bytes:
    return _exactly(file, size + -(size + before) % 4)[:size]


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise ValueError("the cpio archive is cut short")
    return data


def _skip(file: BinaryIO, size: int) -> None:
    while size:
        size -= len(_exactly(file, min(size, _CHUNK)))
