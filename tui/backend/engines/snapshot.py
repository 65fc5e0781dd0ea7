"""The device-mapper snapshot: its table, its chunks, and the sizes its COW device needs.

Source: Documentation/admin-guide/device-mapper/snapshot.rst; the exception store's layout
is in drivers/md/dm-snap-persistent.c of Linux.
"""

from tui.backend import paths
from tui.backend.command import Command, Ref, Word, command
from tui.backend.errors import UsageError
from tui.backend.inventory.maps import SECTOR
from tui.backend.plan import Step

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


def table(origin: str | Ref, size: int, cow: str | Ref, policy: str, chunk: int) -> Word:
    """The dm table: one snapshot over the whole origin (`size` and `chunk` in bytes)."""
    return (f"0 {size // SECTOR} snapshot ", origin, " ", cow, f" {policy} {chunk // SECTOR}")


def create_step(name: str, dm_table: Word, udev: bool) -> Step:
    """Make the writable device. Without udev libdevmapper has to make the node itself."""
    return Step(
        f"Create the sandbox {paths.device(name)}",
        dmsetup(udev, "create", name, "--uuid", paths.uuid(name), "--table", dm_table),
        undo=remove_command(name, udev),
    )


def remove_command(name: str, udev: bool) -> Command:
    """Remove a map, trying again while udev still looks at it."""
    return dmsetup(udev, "remove", "--retry", name)


def dmsetup(udev: bool, *words: Word) -> Command:
    """A dmsetup call for a machine with or without udev."""
    return command("dmsetup", *words) if udev else command("env", "DM_DISABLE_UDEV=1", "dmsetup", *words)
