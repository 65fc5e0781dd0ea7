"""The programs that Live CDs need, for the doctor to ask for."""

PROGRAMS = {
    "qemu-system-x86_64": "livecd test: boots it",
    "xorriso": "livecd build, info: makes and reads the ISO",
    "mksquashfs": "livecd build: makes the image",
    "mke2fs": "livecd build: makes the image",
    "debugfs": "livecd build: gives all in the image one time",
    "bsdtar": "livecd build: reads archives and initrds",
    "fakeroot": "livecd build: unpacks them without being root",
    "unsquashfs": "livecd build: looks into a squashfs",
    "busybox": "livecd build: the shell of the first minute",
    "cpio": "livecd build: packs the initramfs",
    "grub-mkimage": "livecd build: boots on UEFI machines",
    "mkfs.vfat": "livecd build: makes the UEFI partition",
    "mcopy": "livecd build: fills the UEFI partition",
    "wipefs": "livecd write: clears what was on the disk",
    "flock": "livecd write: keeps udev away meanwhile",
    "cmp": "livecd write: compares what is read back",
}
"""What each is for."""
