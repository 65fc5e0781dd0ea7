"""The root file system image: an ext file system with the root's files, compressed or as it is."""

from dataclasses import dataclass

from tui.backend.command import Command, command
from tui.backend.livecd import EXT2, SQUASHFS
from tui.backend.livecd.listing import Listing
from tui.backend.livecd.shell import pipeline
from tui.backend.plan import Step

_BLOCK = 4096
_INODE = 256
_MIB = 1 << 20
_SPARE = 1024 * _MIB
"""Free room in a compressed image, where it costs nearly nothing (bytes)."""
_FEWEST_INODES = 8192


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the ext file system is to be: `size` in bytes, a number of `inodes`."""

    size: int
    inodes: int


def shape(listing: Listing, format: str) -> Shape:
    """Room for what there is and for what will be added: little where each byte is on the CD."""
    spare = _SPARE if format == SQUASHFS else 8 * _MIB + listing.bytes // 20
    inodes = len(listing.entries) * 5 // 4 + (_FEWEST_INODES * 8 if format == SQUASHFS else _FEWEST_INODES)
    tables = inodes * _INODE
    whole = listing.bytes + listing.bytes // 50 + tables + spare
    return Shape(-(-whole // _MIB) * _MIB, inodes)


def from_directory(
    root: str, disk: str, made: Shape, *, format: str, seed: str, epoch: int
) -> tuple[Step, ...]:
    """Steps for a file system image `disk` with all that is in a directory.

    No journal: it would be written twice to RAM, and nothing of it outlives a power cut anyway.
    `seed` is a UUID, for all that would be random.
    """
    features = "none,filetype,dir_index,sparse_super,large_file,ext_attr"
    kind = ("-t", "ext2") if format == EXT2 else ("-t", "ext4", "-O", "^has_journal")
    options = f"hash_seed={seed},assume_storage_prezeroed=1,nodiscard"
    make = command(
        "env",
        f"E2FSPROGS_FAKE_TIME={epoch}",
        "mke2fs",
        "-q",
        "-F",
        *(("-t", "ext2", "-O", features) if format == EXT2 else kind),
        *("-b", str(_BLOCK), "-I", str(_INODE), "-m", "0", "-e", "remount-ro"),
        *("-N", str(made.inodes), "-U", seed, "-E", options, "-d", root),
        disk,
        str(made.size // _BLOCK),
    )
    return (
        Step("Make a file system with the root in it", make),
        Step("Give all in it the same time of change", _same_times(disk, epoch)),
    )


def _same_times(disk: str, epoch: int) -> Command:
    """mke2fs takes over when each file was read and when its owner or mode last changed (ctime)."""
    return pipeline(_SAME_TIMES, disk, str(epoch))


_SAME_TIMES = """\
dumpe2fs -h "$1" 2>/dev/null | awk -v t="@$2" '
    /^Inode count:/ { used = $3 }
    /^Free inodes:/ { used -= $3 }
    END { for (i = 1; i <= used; i++) printf "sif <%d> atime %s\\nsif <%d> ctime %s\\n", i, t, i, t }
' | debugfs -w -f - "$1" 2>&1 >/dev/null | { grep -v '^debugfs ' || true; } >&2"""


def compress(disk: str, image: str, epoch: int) -> tuple[Step, ...]:
    """Steps from a file system image to a squashfs with it inside."""
    # no tail in a shared block: one large file has none that matters, and reading is one copy less
    make = command(
        *("mksquashfs", disk, image, "-noappend", "-no-xattrs", "-mkfs-time", str(epoch)),
        *("-comp", "zstd", "-Xcompression-level", "12", "-b", "256K", "-all-root", "-all-time", str(epoch)),
        "-no-exports",
    )
    return (
        Step("Compress it", make, progress=True),
        Step("Give the room of the uncompressed one back", command("rm", disk)),
    )
