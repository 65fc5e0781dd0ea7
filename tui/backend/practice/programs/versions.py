"""What the programs say of themselves: those of Debian 12."""

_COREUTILS = (
    "cat",
    "dd",
    "env",
    "mkdir",
    "rm",
    "rmdir",
    "sha256sum",
    "stat",
    "sync",
    "tee",
    "touch",
    "truncate",
)
_UTIL_LINUX = ("blkid", "blockdev", "losetup", "lsblk", "mount", "umount")

VERSIONS = {
    **{name: f"{name} (GNU coreutils) 9.1" for name in _COREUTILS},
    **{name: f"{name} from util-linux 2.38.1" for name in _UTIL_LINUX},
    "find": "find (GNU findutils) 4.9.0",
    "tar": "tar (GNU tar) 1.34",
    "dmsetup": "Library version:   1.02.185 (2022-05-18)\nDriver version:    4.47.0",
    "modprobe": "kmod version 30",
    "udevadm": "252",
    "sudo": "Sudo version 1.9.13p3",
}
"""By program: what it answers to --version."""
