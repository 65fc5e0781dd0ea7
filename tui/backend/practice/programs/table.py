"""Which programs the practice machine has."""

from tui.backend.practice.programs import (
    Program,
    building,
    copying,
    devices,
    disks,
    files,
    lists,
    modules,
    mounting,
    processes,
    trees,
)
from tui.backend.practice.programs.dmsetup import dmsetup
from tui.backend.practice.programs.losetup import losetup
from tui.backend.practice.programs.qemu import qemu

PROGRAMS: dict[str, Program] = {
    "blkid": devices.blkid,
    "blockdev": devices.blockdev,
    "cat": files.cat,
    "chmod": copying.chmod,
    "cmp": disks.cmp,
    "comm": lists.comm,
    "cp": copying.cp,
    "dd": files.dd,
    "debugfs": building.debugfs,
    "dmsetup": dmsetup,
    "dumpe2fs": trees.dumpe2fs,
    "find": trees.find,
    "grep": files.grep,
    "grub-mkimage": building.grub_mkimage,
    "head": lists.head,
    "kill": processes.kill,
    "ldd": building.ldd,
    "losetup": losetup,
    "ls": files.ls,
    "lsblk": devices.lsblk,
    "mcopy": building.mtools,
    "mkdir": files.mkdir,
    "mke2fs": building.mke2fs,
    "mkfs.ext4": files.mkfs_ext4,
    "mkfs.vfat": building.mkfs_vfat,
    "mksquashfs": building.mksquashfs,
    "mmd": building.mtools,
    "modprobe": modules.modprobe,
    "mount": mounting.mount,
    "mv": copying.mv,
    "printf": copying.printf,
    "qemu-system-x86_64": qemu,
    "rm": files.rm,
    "rmdir": files.rmdir,
    "rmmod": modules.rmmod,
    "sha256sum": files.sha256sum,
    "sort": lists.sort,
    "stat": files.stat,
    "sync": files.sync,
    "tar": trees.tar,
    "tee": files.tee,
    "touch": files.touch,
    "truncate": files.truncate,
    "udevadm": modules.udevadm,
    "umount": mounting.umount,
    "wipefs": disks.wipefs,
    "xorriso": building.xorriso,
}
PROGRAMS["env"] = processes.env(PROGRAMS)
PROGRAMS["unshare"] = PROGRAMS["prlimit"] = processes.harmless(PROGRAMS)
PROGRAMS["bash"] = disks.held(PROGRAMS, building.bash)

NEED_ROOT = frozenset(
    {"dd", "losetup", "mkdir", "mount", "rm", "rmdir", "tar", "tee", "touch", "truncate", "umount", "wipefs"}
)
"""Programs that can do nothing for an ordinary user outside of the home directory."""
