"""The members of a cpio archive. Format: cpio(5), “New ASCII Format”.

The standard library has nothing for it, and as a tar (which has) hard-linked files lose their contents.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from tui.backend.livecd.listing import DIRECTORY, FILE, HEAD, LINK, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = 110
"""Bytes before the name of each member."""
_HEADER_FORM = re.compile(rb"07070[12][0-9A-Fa-f]{104}")
LONGEST_PATH = 4096
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
        header = _exactly(file, HEADER)
        fields = numbers(header)
        node, mode, time, size, length = (*fields[:1], *fields[7:9]), *fields[1:2], *fields[5:7], fields[11]
        name = _padded(file, length, HEADER)[:-1]
        if name == _END:
            drain(file)
            return
        yield Member(name.decode(errors="surrogateescape"), _entry(file, mode, time, size), node)


def drain(file: BinaryIO) -> None:
    """Read what pads an archive at its end: who writes it would take a closed pipe for an error."""
    while file.read(_CHUNK):
        pass


def numbers(header: bytes) -> list[int]:
    """The 13 numbers of a member's header. ValueError where it is damaged, or its name longer than any
    path of Linux.
    """
    if not _HEADER_FORM.fullmatch(header):
        raise ValueError("the cpio archive is damaged")
    found = [int(header[start : start + 8], 16) for start in range(6, HEADER, 8)]
    if found[11] > LONGEST_PATH:
        raise ValueError(f"the cpio archive has a name of {found[11]} bytes")
    return found


def _entry(file: BinaryIO, mode: int, time: int, size: int) -> Entry:
    kind = _KINDS.get(stat.S_IFMT(mode), FILE)
    if kind == LINK:
        if size > LONGEST_PATH:
            raise ValueError(f"the cpio archive has a link of {size} bytes")
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
