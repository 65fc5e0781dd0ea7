"""Every reader of `tui.backend.kernel` by the name of its corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.kernel import (
    apt_cache,
    block_stat,
    cgroup,
    debugfs_stat,
    dm_status,
    dm_table,
    dumpe2fs,
    kmsg,
    ldd,
    locks,
    lsblk,
    modules_dep,
    mountinfo,
    percent,
    process,
    release,
    swaps,
    unsquashfs,
    versions,
    xfs_logprint,
    xorriso,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _mapped(text: str) -> object:
    return process.mapped(text, ("/usr",))


def _pids(text: str) -> object:
    return process.pids(text.split("\n"))


def _errors(text: str) -> object:
    return kmsg.read_errors(kmsg.record(text) or "")


def _mounts(text: str) -> object:
    return [(mount, mount.read_only, mount.upper, mount.subvolume) for mount in mountinfo.parse(text)]


def _kinds(text: str) -> object:
    return mountinfo.kinds(text, {"0:5", "0:24"}, ("btrfs", "overlay"))


def _some(text: str) -> object:
    types = ("tmpfs", "nsfs")
    return (
        mountinfo.some(text, "8:1", types),
        sorted(mountinfo.numbers(text, types)),
        [*mountinfo.places(text)],
    )


def _unsquashfs(text: str) -> object:
    return [unsquashfs.line(line) for line in text.split("\n")]


READERS: dict[str, tuple[Callable[[str], object], ...]] = {
    "apt-cache-depends": (apt_cache.kernel,),
    "block-stat": (block_stat.counters, block_stat.read_bytes),
    "block-stats": (block_stat.several,),
    "cgroup": (cgroup.memberships,),
    "dd": (percent.copied, percent.part),
    "children": (process.children,),
    "debugfs-stat": (debugfs_stat.parse,),
    "dmsetup-status": (dm_status.parse_all,),
    "dmsetup-table": (dm_table.snapshots,),
    "dumpe2fs": (dumpe2fs.is_unfinished, dumpe2fs.used),
    "fdinfo": (process.fdinfo,),
    "io": (process.consumed,),
    "kmsg": (kmsg.record, _errors),
    "ldd": (ldd.libraries,),
    "locks": (locks.parse,),
    "lsblk": (lsblk.parse,),
    "maps": (_mapped,),
    "memory-stat": (cgroup.memory_stat,),
    "modules-dep": (modules_dep.parse,),
    "mountinfo": (_mounts, _kinds, _some),
    "osrelease": (release.version,),
    "percent": (percent.part, percent.copied),
    "proc": (_pids,),
    "stat": (process.stat,),
    "swaps": (swaps.parse,),
    "unsquashfs": (_unsquashfs,),
    "versions": (versions.first,),
    "xfs-logprint": (xfs_logprint.is_unfinished,),
    "xorriso-boot": (xorriso.firmware,),
    "xorriso-files": (xorriso.files,),
}
