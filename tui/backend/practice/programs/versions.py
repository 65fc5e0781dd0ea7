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
_UTIL_LINUX = ("blkid", "blockdev", "flock", "losetup", "lsblk", "mount", "umount", "wipefs")

VERSIONS = {
    **{name: f"{name} (GNU coreutils) 9.1" for name in _COREUTILS},
    **{name: f"{name} from util-linux 2.38.1" for name in _UTIL_LINUX},
    "cmp": "cmp (GNU diffutils) 3.8",
    "qemu-system-x86_64": "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)",
    "xorriso": "xorriso 1.5.4",
    "find": "find (GNU findutils) 4.9.0",
    "tar": "tar (GNU tar) 1.34",
    "dmsetup": "Library version:   1.02.185 (2022-05-18)\nDriver version:    4.47.0",
    "modprobe": "kmod version 30",
    "udevadm": "252",
    "sudo": "Sudo version 1.9.13p3",
}
"""By program: what it answers to --version."""
