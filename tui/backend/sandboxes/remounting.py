"""Mounting a file system again as it is: in every place, with every option that can be given again.

Two kinds of options: those of a mount, each of its own, and those of the file system, which all its mounts
share and of which the first one decides (mount(2), proc_pid_mountinfo(5)).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.command import command
from tui.backend.errors import Refused
from tui.backend.plan import Step
from tui.backend.sandboxes import mounting
from tui.backend.text import clean, shell_word

if TYPE_CHECKING:
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.kernel.mountinfo import Mount

_FLAGS = ("nosuid", "nodev", "noexec", "noatime", "nodiratime", "nosymfollow")
"""A mount's own, with `ro`."""
_USUAL = frozenset({"rw", "ro", "relatime"})
_ACCESS = frozenset(
    "uid gid umask fmask dmask file_umask dir_umask mode dmode allow_utime codepage iocharset nls shortname"
    " utf8 quiet showexec sys_immutable acl noacl sync dirsync lazytime".split()
)
"""Names of options about who may do what, how names are read, and what is written at once: of any type."""
_EXT = frozenset(
    "data commit usrquota grpquota prjquota quota grpid bsdgroups resuid resgid nouser_xattr nobarrier"
    " nodelalloc dioread_lock dioread_nolock nodioread_nolock noauto_da_alloc journal_checksum nouid32"
    " max_dir_size_kb".split()
)
_KEPT = {
    "ext2": _EXT - {"data", "commit"},
    "ext3": _EXT,
    "ext4": _EXT,
    "xfs": frozenset(
        "usrquota grpquota prjquota uqnoenforce gqnoenforce pqnoenforce grpid wsync inode32 filestreams"
        " allocsize largeio swalloc".split()
    ),
    "btrfs": frozenset(
        "compress compress-force nodatacow nodatasum commit autodefrag flushoncommit nobarrier notreelog"
        " user_subvol_rm_allowed max_inline thread_pool".split()
    ),
    "vfat": frozenset({"flush", "tz", "time_offset", "nonumtail", "uni_xlate", "nfs", "rodir", "check"}),
    "exfat": frozenset({"sys_tz", "time_offset", "keep_last_dots"}),
    "ntfs3": frozenset("nohidden hide_dot_files hide_dotfiles showmeta windows_names noacsrules".split()),
    "jfs": frozenset({"quota", "usrquota", "grpquota"}),
}
"""Names of further options that can be given again, by type. Sources: ext4(5), xfs(5), btrfs(5), mount(8)."""
_CHOSEN = frozenset(
    "rw ro nouuid norecovery noload errors=remount-ro rescue=nologreplay seclabel attr2 inode64 noquota ssd"
    " discard=async space_cache space_cache=v2".split()
)
"""What the kernel or this program chooses itself."""
_DEFAULTS = {
    "f2fs": frozenset(
        "background_gc=on nogc_merge discard nodiscard discard_unit=block no_heap user_xattr inline_xattr acl"
        " inline_data inline_dentry flush_merge barrier extent_cache mode=adaptive active_logs=6"
        " alloc_mode=default checkpoint_merge fsync_mode=posix whint_mode=off memory=normal errors=continue"
        " lazytime".split()
    ),
    "nilfs2": frozenset({"errors=remount-ro", "barrier", "order=relaxed"}),
}
"""What these show of each mount, and have again without being told. Sources: f2fs.rst, nilfs2.rst."""
_CHOSEN_NAMES = frozenset({"subvol", "subvolid", "logbufs", "logbsize", "sunit", "swidth", "stripe"})
_PLAIN = re.compile(r"[A-Za-z0-9_.:/=-]+")


def check(sandbox: Sandbox) -> None:
    """Refused where a mount of a sandbox that is full could not be made again as it is."""
    points: set[str] = set()
    for mount in sandbox.mounts:
        if mount.root != "/" and not mount.subvolume:
            raise _refused(sandbox, mount, f"shows only {clean(mount.root)} of it")
        if mount.mountpoint in points:
            raise _refused(sandbox, mount, "has it mounted twice, one over the other,")
        if strange := sorted(set(mount.options.split(",")) - _USUAL - set(_FLAGS)):
            raise _refused(sandbox, mount, f"is mounted with {','.join(strange)}")
        if mount.master is not None:
            raise _refused(sandbox, mount, "receives what is mounted elsewhere (it is a slave)")
        points.add(mount.mountpoint)


def _refused(sandbox: Sandbox, mount: Mount, why: str) -> Refused:
    place = clean(mount.mountpoint)
    return Refused(
        f"{sandbox.name} is FULL and has to be unmounted to be grown, but {place} {why} and could not be made"
        " again.",
        f"Unmount that first: umount -- {shell_word(mount.mountpoint)}",
    )


def mount_again(sandbox: Sandbox, aftermath: str, *, read_only: bool = False) -> tuple[Step, ...]:
    """Mount it where it was, as it was; or all of it `read_only`."""
    return tuple(step for mount in sandbox.mounts for step in _mount(sandbox, mount, aftermath, read_only))


def lost(sandbox: Sandbox) -> str:
    """The options that are not given again, empty for none."""
    words = dict.fromkeys(word for mount in sandbox.mounts for word in _words(mount))
    fstype = sandbox.mounts[0].fstype if sandbox.mounts else ""
    known = _DEFAULTS.get(fstype, frozenset())
    return ",".join(
        word for word in words if not (_is_kept(fstype, word) or _is_chosen(word) or word in known)
    )


def options(sandbox: Sandbox, mount: Mount, *, read_only: bool = False) -> str:
    """The options for a mount of the file system as it is wanted, or `read_only`."""
    whole = read_only or _is_read_only(sandbox)
    first = mounting.options(mount.fstype, own_place=True, suid_dev=True, read_only=whole)
    kept = (word for word in _words(mount) if _is_kept(mount.fstype, word))
    return ",".join((first, *kept, *restrictions(mount)))


def _mount(sandbox: Sandbox, mount: Mount, aftermath: str, read_only: bool) -> tuple[Step, ...]:
    """The file system as it is wanted; then, for a mount alone that is read-only, that."""
    device, wanted = paths.device(sandbox.name), options(sandbox, mount, read_only=read_only)
    step = Step(
        f"Mount it on {clean(mount.mountpoint)}",
        command("mount", "-t", mount.fstype, "-o", wanted, device, mount.mountpoint),
        undo=command("umount", mount.mountpoint),
        aftermath=aftermath,
    )
    if read_only or _is_read_only(sandbox) or not is_bound_read_only(sandbox, mount):
        return (step,)
    alone = ",".join(("remount", "bind", "ro", *own(mount)))
    return (
        step,
        Step(f"Let {clean(mount.mountpoint)} be read-only", command("mount", "-o", alone, mount.mountpoint)),
    )


def _all_read_only(sandbox: Sandbox) -> bool:
    """Whether file system and mounts all are: by wish, or because it was full when it was mounted."""
    return all(m.read_only and "ro" in _words(m) for m in sandbox.mounts)


def _is_read_only(sandbox: Sandbox) -> bool:
    """Whether somebody wants the file system read-only, not one of its mounts alone."""
    return _all_read_only(sandbox) and any(map(mounting.is_read_only, sandbox.mounts))


def is_bound_read_only(sandbox: Sandbox, mount: Mount) -> bool:
    """Whether a mount alone is read-only, its file system is not."""
    return mount.read_only and not _all_read_only(sandbox)


def own(mount: Mount) -> tuple[str, ...]:
    """What a mount has of its own, but for `ro`."""
    have = mount.options.split(",")
    atime = () if "noatime" in have or "relatime" in have else ("strictatime",)
    return (*(word for word in _FLAGS if word in have), *atime)


def access(mount: Mount) -> tuple[str, ...]:
    """The options of its file system about who may do what, which it can be given in any state."""
    return tuple(word for word in _words(mount) if _is_of(word, _ACCESS))


def restrictions(mount: Mount) -> tuple[str, ...]:
    """What a mount has of its own, how it propagates, and what part of the file system it shows."""
    part = mount.subvolume
    return (*own(mount), propagation(mount), *((f"subvol={part}",) if part else ()))


def propagation(mount: Mount) -> str:
    """Whether a mount shares with its copies what is mounted in it. Left out, it would be as that of the
    mount which it is in.
    """
    return "unbindable" if mount.unbindable else "private" if mount.shared is None else "shared"


def _words(mount: Mount) -> list[str]:
    """The options of the file system, a subvolume's name, which may hold anything, left out."""
    return [word for word in mount.data.partition(",subvol=")[0].split(",") if word]


def _is_kept(fstype: str, word: str) -> bool:
    return word not in _CHOSEN and _is_of(word, _ACCESS | _KEPT.get(fstype, frozenset()))


def _is_of(word: str, names: frozenset[str]) -> bool:
    return word.partition("=")[0] in names and _PLAIN.fullmatch(word) is not None


def _is_chosen(word: str) -> bool:
    return word in _CHOSEN or word.partition("=")[0] in _CHOSEN_NAMES


def without_replay(mount: Mount) -> str:
    """The options with which it shows a file system as it is, read-only."""
    return mounting.without_replay(mount.fstype, (*access(mount), *restrictions(mount)))
