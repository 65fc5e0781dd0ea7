"""The parts of an initrd: cpio archives, each compressed or not, one after the other.

Source: Documentation/driver-api/early-userspace/buffer-format.rst of Linux.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from tui.backend.livecd import cpio

if TYPE_CHECKING:
    from collections.abc import Callable

_NEWC = (b"070701", b"070702")
_TRAILER = b"TRAILER!!!\0"
_CHUNK = 1 << 16
_MOST_PARTS = 100
_MOST_ZEROS = 64 << 20
"""Bytes that may fill up to the next part."""
_MOST_OUTPUT = 4 << 30
"""Bytes that may come out of all compressed parts: more than any initrd has, and a minute to go through."""
_MOST_MEMORY = 256 << 20
"""Bytes that xz may ask for: four times as much as its best compression takes."""


class _Stream(Protocol):
    """A compressed stream that is only measured. What comes out is thrown away in small parts."""

    @property
    def unused_data(self) -> bytes:
        """What came after the end of the compressed stream."""
        ...

    @property
    def eof(self) -> bool:
        """Whether that end was met."""
        ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """The next bytes, at most so many."""
        ...


_KNOWN: dict[bytes, Callable[[], _Stream]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(wbits=31),
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(memlimit=_MOST_MEMORY),
    b"BZh": bz2.BZ2Decompressor,
}
"""What the standard library decompresses, by magic number. What is compressed in another way
(zstd, lz4, lzma) is taken for the last part: where it ends is not known.
"""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part: where it begins and how long it is, in bytes; None: to the end of the file."""

    offset: int
    length: int | None


def find(file: BinaryIO) -> tuple[Segment, ...]:
    """The parts of an initrd. ValueError when it is cut short or damaged."""
    found: list[Segment] = []
    meter = _Meter()
    while (start := _next(file)) is not None:
        end = _end(file, start, meter)
        found.append(Segment(start, None if end is None else end - start))
        if end is None:
            break
        if len(found) > _MOST_PARTS:
            raise ValueError(f"it has more than {_MOST_PARTS} parts")
        file.seek(end)
    return tuple(found)


def _next(file: BinaryIO) -> int | None:
    """Where the next part begins, after the zeros that may fill up to it; None at the end."""
    last = file.tell() + _MOST_ZEROS
    while chunk := file.read(_CHUNK):
        rest = chunk.lstrip(b"\0")
        if rest:
            return file.tell() - len(rest)
        if file.tell() > last:
            raise ValueError(f"more than {_MOST_ZEROS >> 20} MiB of zeros are in it")
    return None


class _Meter:
    """Counts what comes out of all compressed parts."""

    def __init__(self) -> None:
        self._total = 0

    def add(self, came: int) -> None:
        """So many bytes more. ValueError when it is too much."""
        self._total += came
        if self._total > _MOST_OUTPUT:
            raise ValueError(f"more than {_MOST_OUTPUT >> 30} GiB come out of its compressed parts")


def _end(file: BinaryIO, start: int, meter: _Meter) -> int | None:
    file.seek(start)
    magic = file.read(6)
    file.seek(start)
    if magic in _NEWC:
        return _end_of_cpio(file)
    make = next((make for begin, make in _KNOWN.items() if magic.startswith(begin)), None)
    return None if make is None else _end_of_stream(file, make(), meter)


def _end_of_cpio(file: BinaryIO) -> int:
    """Format: cpio(5), “New ASCII Format”."""
    start = file.tell()
    while len(header := file.read(cpio.HEADER)) == cpio.HEADER and header[:6] in _NEWC:
        fields = cpio.numbers(header)
        size, length = fields[6], fields[11]
        name = file.read(length)
        file.seek(start + _aligned(file.tell() - start) + _aligned(size))
        if name == _TRAILER:
            return file.tell()
    raise ValueError("the cpio archive is cut short or damaged")


def _aligned(size: int) -> int:
    return -(-size // 4) * 4


def _end_of_stream(file: BinaryIO, stream: _Stream, meter: _Meter) -> int:
    try:
        while not stream.eof:
            chunk = file.read(_CHUNK)
            came = _took(stream, chunk)
            meter.add(came)
            if not came and not chunk:
                raise ValueError("the compressed archive is cut short")
    except (zlib.error, lzma.LZMAError, OSError) as error:
        raise ValueError(f"the compressed archive is damaged: {error}") from error
    return file.tell() - len(stream.unused_data)


def _took(stream: _Stream, chunk: bytes) -> int:
    """Let it have some bytes, and throw away all that comes of them; how many bytes that was."""
    came = 0
    while not stream.eof:
        some = len(stream.decompress(chunk, _CHUNK))
        came += some
        if not some and not chunk:
            break
        chunk = getattr(stream, "unconsumed_tail", b"")
    return came
