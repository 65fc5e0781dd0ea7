"""The union of two layers: a read-only origin below, a tmpfs of our own above.

Source: Documentation/filesystems/overlayfs.rst and tmpfs.rst of Linux, mount(8).
"""

from tui.backend import paths
from tui.backend.command import Command, command

LEAST = 1 << 20
"""Bytes of the smallest store."""
_PAGE = 4096
_FEWEST_INODES = 1024
INODE = 1024
"""Bytes of kernel memory that a file in a tmpfs takes beside its data (measured on 6.1 and 6.18)."""

_CASELESS = ("vfat", "msdos", "exfat", "hfs", "hfsplus")
"""File systems that compare names in a way of their own, which overlayfs cannot have below."""

_AS_IT_IS = {
    "ext2": "errors=remount-ro",
    "ext3": "noload,errors=remount-ro",
    "ext4": "noload,errors=remount-ro",
    "xfs": "norecovery,nouuid",
    "btrfs": "rescue=nologreplay",
    "f2fs": "norecovery",
    "nilfs2": "norecovery",
    "reiserfs": "nolog",
}
"""Options with which a file system is shown as it is, its journal not replayed. Sources: ext4(5), xfs(5),
btrfs(5), nilfs(5), Documentation/filesystems/f2fs.rst, fs/reiserfs/super.c."""

_UNTOUCHED = ("ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "squashfs", "iso9660", "udf")
"""File systems that were shown to leave a device as it is that is only set read-only, when they are mounted
with these options: with an unfinished journal, with files that were deleted while they were open, and with
damage (tests/kernel/test_untouched.py)."""

_OPTIONS = "index=on,redirect_dir=on,metacopy=off"
"""Hard links stay links and directories can be renamed; a changed file is copied whole."""


def fit(size: int) -> int:
    """The next store size from `size` up, in whole pages (bytes)."""
    return -(-size // _PAGE) * _PAGE


def inodes(size: int) -> int:
    """How many files a store of `size` bytes may have: one for every page."""
    return max(size // _PAGE, _FEWEST_INODES)


def cost(size: int) -> int:
    """Bytes of RAM that a full store of `size` bytes takes, its inodes counted."""
    return size + inodes(size) * INODE


def limits(size: int) -> str:
    """The tmpfs options that bound a store of `size` bytes."""
    return f"size={size},nr_inodes={inodes(size)}"


def refusal(fstype: str) -> str:
    """Why a file system cannot be the lower layer, empty when it can."""
    if fstype in _CASELESS:
        return f"overlayfs cannot have {fstype} below it, because it ignores case in names"
    return ""


def unproven(fstype: str) -> str:
    """Why a file system is not mounted from a device that is only set read-only, empty where it is: some
    replay their journal, or repair themselves, even when they are mounted read-only.
    """
    if fstype in _UNTOUCHED:
        return ""
    return f"mounting {fstype} read-only is not proven to write nothing to it"


def kernel_type(fstype: str) -> str:
    """The kernel's name of a file system that blkid named."""
    return {"ntfs": "ntfs3"}.get(fstype, fstype)


def lower_options(fstype: str) -> str:
    """Mount options with which a file system is shown as it is."""
    return ",".join(filter(None, ("ro", _AS_IT_IS.get(fstype, ""))))


def mount_command(name: str, point: str, options: str) -> Command:
    """Show both layers as one at a mount point. `options` are those of the mount itself."""
    lower, upper, work = (paths.of(name, part) for part in (paths.LOWER, paths.UPPER, paths.WORK))
    layers = f"lowerdir={lower},upperdir={upper},workdir={work}"
    return command("mount", "-t", "overlay", "-o", f"{options},{layers},{_OPTIONS}", "sandbox-tui", point)
