"""Live CDs: an ISO whose root is a sandbox of the image on it."""

DM = "dm"
UNION = "union"
TMPFS = "tmpfs"
INITRAMFS = "initramfs"

WAYS = {
    DM: "a snapshot of the image, its changes in RAM",
    UNION: "a union of the image and a layer in RAM",
    TMPFS: "the image copied to RAM first; the medium can be taken out",
    INITRAMFS: "everything unpacked in RAM; the medium can be taken out",
}
"""The ways to make the root writable, the default first, each in a few words."""

SQUASHFS = "squashfs"
EXT4 = "ext4"
EXT2 = "ext2"
FORMATS = (SQUASHFS, EXT4, EXT2)
"""What the root file system image can be; `squashfs` holds an ext4 image, compressed."""
