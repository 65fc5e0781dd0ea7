"""The exception store of a snapshot: its chunks, and the sizes that its COW device needs.

Source: Documentation/admin-guide/device-mapper/snapshot.rst; the layout on the COW device is
in drivers/md/dm-snap-persistent.c of Linux.
"""

from tui.backend.errors import UsageError

PERSISTENT = "PO"
"""A header and a table of exceptions on the COW device: overflow leaves all readable."""
TRANSIENT = "N"
"""No metadata: the 2008 recipe. Overflow makes everything unreadable."""

DEFAULT_CHUNK = 4096
CLASSIC_CHUNK = 512
LARGEST_CHUNK = 1 << 20
_EXCEPTION = 16
"""Bytes of an exception in the persistent store: old chunk and new chunk, 64 bits each."""
_PAGE = 4096


def check_chunk(chunk: int, sector: int) -> int:
    """The chunk size in bytes when the kernel will take it, else UsageError.

    `sector` is the larger logical block size of origin and COW device, in bytes.
    """
    if chunk & (chunk - 1) or not sector <= chunk <= LARGEST_CHUNK:
        raise UsageError(
            f"A chunk of {chunk} bytes is not possible on this origin.",
            f"Choose a power of two from {sector} to {LARGEST_CHUNK}; 4K suits nearly everything.",
        )
    return chunk


def cannot_overflow(origin: int, chunk: int, policy: str) -> int:
    """The COW size in bytes that holds every chunk of an origin, rounded up to whole pages.

    `PO`: a header chunk, then areas of one metadata chunk and chunk / 16 data chunks, and
    one chunk more, for the kernel prepares the next metadata area ahead.
    """
    data = -(-origin // chunk)
    chunks = data if policy == TRANSIENT else 1 + data + data // (chunk // _EXCEPTION) + 1
    return fit(chunks * chunk, chunk, policy)


def fit(size: int, chunk: int, policy: str) -> int:
    """The next COW size from `size` up (bytes) that is whole chunks and pages, and that does
    not end with a metadata chunk: there the kernel reports `Invalid` in place of `Overflow`.
    """
    unit = max(chunk, _PAGE)
    size = max(-(-size // unit), 2) * unit
    area = chunk // _EXCEPTION + 1
    while policy == PERSISTENT and (size // chunk - 1) % area == 0:
        size += unit
    return size
