"""The root file system image: an ext file system with the root's files, compressed or as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.command import command
from tui.backend.livecd import EXT2, SQUASHFS, attributes, debugfs
from tui.backend.livecd.shell import inside, pipeline
from tui.backend.plan import Step

if TYPE_CHECKING:
    from tui.backend.command import Command
    from tui.backend.livecd.confine import Confinement
    from tui.backend.livecd.roots import Root

_BLOCK = 4096
_INODE = 256
_MIB = 1 << 20
_SPARE = 512 * _MIB
"""Least free room in a compressed image, where it costs nearly nothing (bytes)."""
_FEWEST_INODES = 8192
_FAKEROOT = ("env", "FAKEROOTDONTTRYCHOWN=1", "fakeroot")
"""It tries to change owners for real, too, and takes it for a failure that a namespace knows no such user."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The ext file system to be made in the file `path`: `size` in bytes, a number of `inodes`;
    `seed` is a UUID, for all that would be random, `epoch` the time for all that would be now.
    """

    path: str
    format: str
    size: int
    inodes: int
    seed: str
    epoch: int


def room(root: Root, kind: str, changes: int) -> tuple[int, int]:
    """Bytes and inodes for what there is and for what will be added: as much as the RAM for
    `changes` (bytes, 0: not known), and little where each byte is on the CD.
    """
    spare = max(_SPARE, changes) if kind == SQUASHFS else 8 * _MIB + root.content // 20
    inodes = root.entries * 5 // 4 + (_FEWEST_INODES * 8 if kind == SQUASHFS else _FEWEST_INODES)
    whole = root.content + root.content // 50 + inodes * _INODE + spare
    return -(-whole // _MIB) * _MIB, inodes


def from_directory(root: Root, disk: Disk, confinement: Confinement) -> tuple[Step, ...]:
    """Steps for a file system with all that is in a directory."""
    make = command(*confinement.without_links(root.path), *_mke2fs(disk, root.path, disk.path))
    return (
        Step("Make a file system with the root in it", make),
        _same_times(pipeline(_SAME_TIMES, disk.path, str(disk.epoch))),
    )


def from_archive(root: Root, disk: Disk, place: str, confinement: Confinement) -> tuple[Step, ...]:
    """Steps for a file system with all that is in an archive, by way of the new directory `place`.

    It is unpacked confined: fakeroot notes owners and devices in a file, from which mke2fs learns them. So
    names in the archive, whatever they are, can harm nothing here, and all that reads what came of it runs
    there too. What is taken from there is looked at where only we can change it: it may have been exchanged
    for a link before.
    """
    confined = confinement.words(work=place)
    make = (*confined, *_FAKEROOT, "-i", "owners", *_mke2fs(disk, "tree", "disk"))
    times = ("bash", "-euo", "pipefail", "-c", _SAME_TIMES, "bash", "disk", str(disk.epoch))
    return (
        Step(
            "Make a place where nobody can do harm",
            command("install", "--directory", "--mode=0700", *confinement.owner, place, f"{place}/tree"),
        ),
        *(_unpack(stream, place, confined, again=n > 0) for n, stream in enumerate(root.streams)),
        Step(
            "Let all of it be read by its owner here; fakeroot knows the modes",
            inside(place, *confined, "chmod", "--recursive", "u+rwX", "tree"),
        ),
        Step("Make a file system of it", inside(place, *make)),
        *attributes.steps(place, "disk", root.attributes, confined),
        _same_times(inside(place, *confined, *times)),
        Step("Take it from there", pipeline(_TAKE, f"{place}/disk", disk.path)),
        Step("Clear that place", command("rm", "--recursive", place)),
    )


def _unpack(stream: str, place: str, confined: tuple[str, ...], *, again: bool) -> Step:
    fakeroot = (*_FAKEROOT, *(("-i", "owners") if again else ()), "-s", "owners")
    # attributes come later: neither fakeroot nor every file system here can hold them all
    tar = ("bsdtar", "--extract", "--same-permissions", "--no-xattrs", "--file=-", "--directory=tree")
    title = "Unpack its next part over that" if again else "Unpack the archive there"
    return Step(title, pipeline(_UNPACK, stream, place, *confined, *fakeroot, *tar))


def _mke2fs(disk: Disk, tree: str, output: str) -> tuple[str, ...]:
    """No journal: it would be written twice to RAM, and nothing of it outlives a power cut anyway."""
    kind = "ext2" if disk.format == EXT2 else "ext4"
    options = f"hash_seed={disk.seed},assume_storage_prezeroed=1,nodiscard"
    return (
        *("env", f"E2FSPROGS_FAKE_TIME={disk.epoch}", "mke2fs", "-q", "-F", "-t", kind),
        *("-O", "^has_journal,^resize_inode", "-b", str(_BLOCK), "-I", str(_INODE), "-m", "0"),
        *("-e", "remount-ro", "-N", str(disk.inodes), "-U", disk.seed, "-E", options),
        *("-d", tree, output, str(disk.size // _BLOCK)),
    )


def _same_times(give: Command) -> Step:
    """mke2fs takes over when each file was read and when its owner or mode last changed (ctime)."""
    return Step("Give all in it the same time of access and change", give)


_TAKE = """\
mv --no-target-directory "$1" "$2"
find "$2" -maxdepth 0 -type f -links 1 | grep --quiet . || \
{ echo "$1 is not a file of its own" >&2; false; }"""

_UNPACK = 'bash -euo pipefail -c "$1" | (cd "$2"; shift 2; exec "$@")'

_SAME_TIMES = f"""\
dumpe2fs -h "$1" 2>/dev/null | awk -v t="@$2" '
    /^Inode count:/ {{ used = $3 }}
    /^Free inodes:/ {{ used -= $3 }}
    END {{ for (i = 1; i <= used; i++) printf "sif <%d> atime %s\\nsif <%d> ctime %s\\n", i, t, i, t }}
' | {debugfs.APPLY}"""


def compress(disk: str, image: str, epoch: int) -> Step:
    """The step from a file system image to a squashfs with it inside: one large file, in which
    neither duplicates nor small tails are worth looking for.
    """
    return Step(
        "Compress it",
        command(
            *("mksquashfs", disk, image, "-noappend", "-no-xattrs", "-no-exports", "-all-root"),
            *("-no-duplicates", "-no-fragments"),
            *("-comp", "zstd", "-Xcompression-level", "12"),
            *("-mkfs-time", str(epoch), "-all-time", str(epoch)),
        ),
        progress=True,
    )


def remove(disk: str) -> Step:
    """The step that gives the room of the uncompressed image back."""
    return Step("Give the room of the uncompressed one back", command("rm", disk))


def copy(root: Root, image: str) -> Step:
    """The step that takes an image as it is."""
    return Step("Take the image", command("cp", "--dereference", "--sparse=always", root.path, image))
