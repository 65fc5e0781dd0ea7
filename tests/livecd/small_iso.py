"""A small bootable ISO made by plain tools: the test kernel, and one script as init."""

import gzip
import shutil
import subprocess
from pathlib import Path

from tests.vm.kernel import find_kernel

SYSLINUX = Path("/usr/lib/syslinux/modules/bios")
ISOLINUX = Path("/usr/lib/ISOLINUX")
GRUB_MODULES = "iso9660 linux normal part_msdos part_gpt search serial"
APPEND = "console=tty0 console=ttyS0,115200 panic=-1"
SAY = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
say() { echo "sandbox-tui: $*" >/dev/kmsg; }
"""
WAIT = "while :; do /bin/busybox sleep 60; done\n"


def make(place: Path, script: str, *, uefi: bool = False, about: str = "", append: str = APPEND) -> Path:
    """An ISO whose init is a shell script; `say` in it writes a line as a Live CD's init does."""
    tree = place / "tree"
    for name in ("live", "isolinux", "boot/grub"):
        (tree / name).mkdir(parents=True)
    shutil.copy(find_kernel(), tree / "live/vmlinuz")
    (tree / "live/initrd.gz").write_bytes(_initrd(place, script))
    if about:
        (tree / "live/about.json").write_text(about)
        (tree / "live/root.squashfs").write_bytes(b"hsqs" * 1024)
    options = [*_isolinux(tree, append), *(_grub(place, tree, append) if uefi else ())]
    iso = place / "small, but.iso"  # QEMU wants a comma doubled
    words = ["xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", "SMALL", "-o", iso, *options, tree]
    subprocess.run(words, check=True, capture_output=True)
    return iso


def _initrd(place: Path, script: str) -> bytes:
    root = place / "initrd"
    for name in ("bin", "dev"):
        (root / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin/busybox")
    (root / "init").write_text(SAY + script)
    (root / "init").chmod(0o755)
    names = "bin\nbin/busybox\ndev\ninit\n"
    cpio = ["cpio", "--quiet", "-o", "-H", "newc"]
    done = subprocess.run(cpio, input=names.encode(), cwd=root, check=True, capture_output=True)
    return gzip.compress(done.stdout, 1)


def _isolinux(tree: Path, append: str) -> list[str]:
    for file in (ISOLINUX / "isolinux.bin", SYSLINUX / "ldlinux.c32"):
        shutil.copy(file, tree / "isolinux")
    entry = "default live\nlabel live\n kernel /live/vmlinuz\n initrd /live/initrd.gz\n"
    (tree / "isolinux/isolinux.cfg").write_text(f"{entry} append {append}\n")
    boot = "-b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table"
    return [*boot.split(), "-isohybrid-mbr", str(ISOLINUX / "isohdpfx.bin"), "-partition_offset", "16"]


def _grub(place: Path, tree: Path, append: str) -> list[str]:
    """GRUB in a FAT image, which finds its menu on the ISO."""
    menu = f"linux /live/vmlinuz {append}\ninitrd /live/initrd.gz\nboot\n"
    (tree / "boot/grub/grub.cfg").write_text(menu)
    (place / "early.cfg").write_text("search --set=root --file /live/vmlinuz\nset prefix=($root)/boot/grub\n")
    made, image = place / "BOOTX64.EFI", tree / "boot/grub/efi.img"
    config = ["-c", str(place / "early.cfg"), "-p", "/boot/grub", "-o", str(made)]
    for words in (
        ["grub-mkimage", "-O", "x86_64-efi", *config, *GRUB_MODULES.split()],
        ["mkfs.vfat", "-C", str(image), "4096"],
        ["mmd", "-i", str(image), "::EFI", "::EFI/BOOT"],
        ["mcopy", "-i", str(image), str(made), "::EFI/BOOT/BOOTX64.EFI"],
    ):
        subprocess.run(words, check=True, capture_output=True)
    options = "-eltorito-alt-boot -e boot/grub/efi.img -no-emul-boot -isohybrid-gpt-basdat"
    return options.split()
