"""Which programs the practice machine has."""

from tui.backend.practice.programs import Program, devices, disks, files, modules, mounting, processes, trees
from tui.backend.practice.programs.dmsetup import dmsetup
from tui.backend.practice.programs.losetup import losetup
from tui.backend.practice.programs.qemu import qemu
from tui.backend.practice.programs.xorriso import xorriso

PROGRAMS: dict[str, Program] = {
    "blkid": devices.blkid,
    "blockdev": devices.blockdev,
    "cat": files.cat,
    "cmp": disks.cmp,
    "dd": files.dd,
    "dmsetup": dmsetup,
    "dumpe2fs": trees.dumpe2fs,
    "env": processes.env,
    "find": trees.find,
    "kill": processes.kill,
    "losetup": losetup,
    "lsblk": devices.lsblk,
    "mkdir": files.mkdir,
    "mkfs.ext4": files.mkfs_ext4,
    "modprobe": modules.modprobe,
    "mount": mounting.mount,
    "qemu-system-x86_64": qemu,
    "rm": files.rm,
    "rmdir": files.rmdir,
    "rmmod": modules.rmmod,
    "sha256sum": files.sha256sum,
    "stat": files.stat,
    "sync": files.sync,
    "tar": trees.tar,
    "tee": files.tee,
    "touch": files.touch,
    "truncate": files.truncate,
    "udevadm": modules.udevadm,
    "umount": mounting.umount,
    "wipefs": disks.wipefs,
    "xorriso": xorriso,
}
PROGRAMS["flock"] = disks.flock(PROGRAMS)

NEED_ROOT = frozenset(
    {"dd", "losetup", "mkdir", "mount", "rm", "rmdir", "tar", "tee", "touch", "truncate", "umount", "wipefs"}
)
"""Programs that can do nothing for an ordinary user on the places this tool works on."""
