"""What a Live CD is built of, on the practice machine: a kernel, programs, boot loaders, and a root."""

from tui.backend.practice.nodes import Directory, File, Link, Node

MIB = 1 << 20
_BUILT_IN = (
    "ata_piix ata_generic nvme virtio_pci virtio_blk virtio_scsi vmw_pvscsi mptspi ehci_pci ohci_pci"
    " uhci_hcd uas sdhci_pci mmc_block atkbd usbhid hid_generic"
).split()
_MODULES = {
    "fs/ext4/ext4.ko": ("lib/crc32c_generic.ko",),
    "fs/isofs/isofs.ko": (),
    "fs/squashfs/squashfs.ko": (),
    "fs/overlayfs/overlay.ko": (),
    "drivers/block/loop.ko": (),
    "drivers/md/dm-mod.ko": (),
    "drivers/md/dm-snapshot.ko": ("drivers/md/dm-mod.ko",),
    "drivers/ata/ahci.ko": (),
    "drivers/scsi/sr_mod.ko": (),
    "drivers/scsi/sd_mod.ko": (),
    "drivers/usb/host/xhci-pci.ko": (),
    "drivers/usb/storage/usb-storage.ko": (),
    "lib/crc32c_generic.ko": (),
}
"""Modules and what they need."""
_PROGRAMS = {
    "usr/sbin/dmsetup": 170_000,
    "usr/sbin/blkid": 120_000,
    "usr/bin/cp": 150_000,
    "usr/bin/busybox": 2_000_000,
    "lib/x86_64-linux-gnu/libc.so.6": 1_900_000,
}
_LOADERS = {
    "usr/lib/ISOLINUX/isolinux.bin": 38_000,
    "usr/lib/ISOLINUX/isohdpfx.bin": 432,
    "usr/lib/syslinux/modules/bios/ldlinux.c32": 119_000,
    "usr/lib/syslinux/modules/bios/libutil.c32": 24_000,
    "usr/lib/syslinux/modules/bios/menu.c32": 27_000,
    "usr/lib/grub/x86_64-efi/moddep.lst": 5_000,
    "usr/share/OVMF/OVMF_CODE_4M.fd": 3_650_000,
    "usr/share/OVMF/OVMF_VARS_4M.fd": 540_000,
}
_ROOT = {
    "etc/hostname": 7,
    "etc/os-release": 267,
    "usr/bin/bash": 1_265_000,
    "usr/bin/python3.11": 6_800_000,
    "usr/lib/x86_64-linux-gnu/libc.so.6": 1_900_000,
    "usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0": 7_800_000,
    "usr/share/locale/locale-archive": 220 * MIB,
    "var/lib/dpkg/status": 190_000,
}


def furnish(top: Directory, release: str) -> None:
    """Add to a machine's root all that building a Live CD reads."""
    for path, size in (*_PROGRAMS.items(), *_LOADERS.items()):
        put(top, path, File(length=size))
    put(top, f"boot/vmlinuz-{release}", File(_kernel(release), length=8 * MIB))
    place = f"lib/modules/{release}"
    put(top, f"{place}/modules.dep", File("".join(map(_needs, _MODULES))))
    put(top, f"{place}/modules.builtin", File("".join(f"kernel/{name}.ko\n" for name in _BUILT_IN)))
    for name in _MODULES:
        put(top, f"{place}/kernel/{name}", File(length=90_000))


def root() -> Directory:
    """A small Debian, as mmdebstrap makes one."""
    top = Directory({"bin": Link("usr/bin"), "lib": Link("usr/lib"), "sbin": Link("usr/sbin")})
    for path, size in _ROOT.items():
        put(top, path, File(length=size))
    put(top, "usr/sbin/init", File("#!/bin/sh\nexec /bin/sh\n"))
    return top


def put(top: Directory, path: str, node: Node) -> None:
    """A node at a path, with the directories above it."""
    *above, name = path.split("/")
    for part in above:
        below = top.entries.setdefault(part, Directory())
        if not isinstance(below, Directory):
            raise TypeError(path)
        top = below
    top.entries[name] = node


def _needs(name: str) -> str:
    """A module's line in modules.dep."""
    return " ".join((f"kernel/{name}:", *(f"kernel/{need}" for need in _MODULES[name]))) + "\n"


def _kernel(release: str) -> str:
    """The head of a bzImage, as far as it tells that it is one, and which."""
    text = f"{release} (practice)\0"
    head = bytearray(0x400)
    head[0x202:0x206] = b"HdrS"
    head[0x20E] = 0x40  # the release is at 0x200 more than this
    head[0x236] = 1
    head[0x240 : 0x240 + len(text)] = text.encode()
    return head.decode("ascii")
