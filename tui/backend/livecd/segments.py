"""The parts of an initrd: cpio archives, each compressed or not, one after the other.

Source: Documentation/driver-api/early-userspace/buffer-format.rst of Linux.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_NEWC = (b"070701", b"070702")
_HEADER = 110
_TRAILER = b"TRAILER!!!\0"
_CHUNK = 1 << 16


class _Decompressor(Protocol):
    """What zlib, bz2 and lzma have in common."""

    @property
    def unused_data(self) -> bytes:
        """What came after the end of the compressed stream."""
        ...

    @property
    def eof(self) -> bool:
        """Whether that end was met."""
        ...

    def decompress(self, data: bytes, /) -> bytes:
        """The next bytes."""
        ...


_KNOWN: dict[bytes, Callable[[], _Decompressor]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(wbits=31),
    b"\xfd7zXZ\0": lzma.LZMADecompressor,
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
    while (start := _next(file)) is not None:
        end = _end(file, start)
        found.append(Segment(start, None if end is None else end - start))
        if end is None:
            break
        file.seek(end)
    return tuple(found)


def _next(file: BinaryIO) -> int | None:
    """Where the next part begins, after the zeros that may fill up to it; None at the end."""
    while chunk := file.read(_CHUNK):
        rest = chunk.lstrip(b"\0")
        if rest:
            return file.tell() - len(rest)
    return None


def _end(file: BinaryIO, start: int) -> int | None:
    file.seek(start)
    magic = file.read(6)
    file.seek(start)
    if magic in _NEWC:
        return _end_of_cpio(file)
    make = next((make for begin, make in _KNOWN.items() if magic.startswith(begin)), None)
    return None if make is None else _end_of_stream(file, make())


def _end_of_cpio(file: BinaryIO) -> int:
    """Format: cpio(5), “New ASCII Format”."""
    start = file.tell()
    while len(header := file.read(_HEADER)) == _HEADER and header[:6] in _NEWC:
        size, length = int(header[54:62], 16), int(header[94:102], 16)
        name = file.read(length)
        file.seek(start + _aligned(file.tell() - start) + _aligned(size))
        if name == _TRAILER:
            return file.tell()
    raise ValueError("the cpio archive is cut short or damaged")


def _aligned(size: int) -> int:
    return -(-size // 4) * 4


def _end_of_stream(file: BinaryIO, stream: _Decompressor) -> int:
    try:
        while not stream.eof:
            chunk = file.read(_CHUNK)
            if not chunk:
                raise ValueError("the compressed archive is cut short")
            stream.decompress(chunk)
    except (zlib.error, lzma.LZMAError, OSError) as error:
        raise ValueError(f"the compressed archive is damaged: {error}") from error
    return file.tell() - len(stream.unused_data)
