"""The ISO: one file that boots from CD and USB stick, under BIOS (isolinux) and UEFI (GRUB).

Source: xorrisofs(1), the SYSLINUX wiki on isohybrid, the GRUB manual on grub-mkimage.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import packages
from tui.backend.command import command
from tui.backend.errors import Refused
from tui.backend.host import FileKind
from tui.backend.livecd import menus
from tui.backend.livecd.shell import inside
from tui.backend.plan import Step
from tui.backend.sandboxes import frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.backend.host import Host

_ISOLINUX = ("isolinux.bin", "isohdpfx.bin")
_MODULES = ("ldlinux.c32", "libutil.c32", "menu.c32")
_PLACES = (
    "/usr/lib/ISOLINUX",
    "/usr/lib/syslinux/modules/bios",
    "/usr/lib/syslinux/bios",
    "/usr/share/syslinux",
)
_GRUB = "/usr/lib/grub/x86_64-efi"
_GRUB_MODULES = (
    "part_gpt part_msdos fat iso9660 normal configfile search search_fs_uuid search_fs_file linux"
    " all_video gfxterm font terminal serial echo test minicmd halt reboot ls"
).split()
_EFI_IMAGE = "efi.img"
_EFI_BLOCKS = 4096
"""KiB of the file system with GRUB; that takes about 600."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a boot loader is made of: its `name` for people, the `file` that shows whether it is there (as
    packages.txt has it), and that file's `path` here, empty where it is missing.
    """

    name: str
    file: str
    path: str


@dataclass(frozen=True, slots=True)
class Loader:
    """The files of the boot loaders on this machine, by name."""

    files: tuple[tuple[str, str], ...]

    def file(self, name: str) -> str:
        """Where one of them is."""
        return dict(self.files)[name]


def read(host: Host) -> Loader:
    """Look for the boot loaders. Refused, naming the packages, where something is missing."""
    found = parts(host)
    absent = [part for part in found if not part.path]
    if absent:
        raise Refused(
            f"What boots the medium is missing: {', '.join(part.name for part in absent)}.",
            f"Install it (Debian: {packages.install(*(part.file for part in absent))}), then try again.",
        )
    return Loader(tuple((part.name, part.path) for part in found))


def parts(host: Host) -> tuple[Part, ...]:
    """What the boot loaders are made of, there or not."""
    bios = (Part(name, name, _find(host, name)) for name in (*_ISOLINUX, *_MODULES))
    modules = f"{_GRUB}/moddep.lst"
    return (*bios, Part("GRUB for UEFI", modules, modules if host.kind(modules) else ""))


def _find(host: Host, name: str) -> str:
    places = (f"{place}/{name}" for place in _PLACES)
    return next((place for place in places if host.kind(place) is FileKind.FILE), "")


def uuid(epoch: int) -> str:
    """The ISO's UUID as blkid prints it: its time of change, in hundredths of seconds."""
    return _time(epoch).strftime("%Y-%m-%d-%H-%M-%S-00")


def _time(epoch: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(epoch, dt.UTC)


def bios_steps(tree: str, loader: Loader, title: str, shown: Sequence[menus.Entry]) -> tuple[Step, ...]:
    """Steps for what BIOS machines start."""
    wanted = [loader.file(name) for name in ("isolinux.bin", *_MODULES)]
    return (
        Step("Take isolinux, for BIOS", command("cp", f"--target-directory={tree}/isolinux", *wanted)),
        Step(
            "Write its menu",
            frame.write(f"{tree}/isolinux/isolinux.cfg", menus.isolinux(title, tuple(shown))),
        ),
    )


def efi_steps(
    tree: str, work: str, iso_uuid: str, epoch: int, shown: Sequence[menus.Entry]
) -> tuple[Step, ...]:
    """Steps for what UEFI machines start: GRUB in a FAT image of its own."""
    place, program = f"{tree}/boot/grub", f"{work}/bootx64.efi"
    image = f"{place}/{_EFI_IMAGE}"
    at = ("env", f"SOURCE_DATE_EPOCH={epoch}")
    early = f"{work}/early.cfg"
    return (
        Step(
            "Write the menu of GRUB, for UEFI",
            frame.write(f"{tree}/boot/grub/grub.cfg", menus.grub(tuple(shown))),
        ),
        Step("Write what GRUB does first", frame.write(early, menus.embedded(iso_uuid))),
        Step(
            "Make GRUB",
            command(
                *("grub-mkimage", "--format=x86_64-efi", f"--directory={_GRUB}", "--prefix=/boot/grub"),
                *(f"--config={early}", f"--output={program}", *_GRUB_MODULES),
            ),
        ),
        Step("Give it the time of the ISO", command("touch", f"--date=@{epoch}", program)),
        Step(
            "Make the file system that UEFI reads",
            command(*at, "mkfs.vfat", "--invariant", "-n", "SANDBOXEFI", "-C", image, str(_EFI_BLOCKS)),
        ),
        Step(
            "Make the directories that UEFI expects",
            inside(place, *at, "mmd", "-i", _EFI_IMAGE, "::/EFI", "::/EFI/BOOT"),
        ),
        Step(
            "Put GRUB there",
            inside(
                *(place, *at, "mcopy", "-m", "-i", _EFI_IMAGE),
                *(os.path.relpath(program, place), "::/EFI/BOOT/BOOTX64.EFI"),
            ),
        ),
    )


def write_step(tree: str, output: str, label: str, epoch: int, loader: Loader) -> Step:
    """The step that makes the ISO of a tree."""
    stamp = _time(epoch).strftime("%Y%m%d%H%M%S00")
    bios = (
        *("-b", "isolinux/isolinux.bin", "-c", "isolinux/boot.cat", "-no-emul-boot"),
        *("-boot-load-size", "4", "-boot-info-table"),
        *("-isohybrid-mbr", loader.file("isohdpfx.bin"), "-partition_offset", "16"),
    )
    efi = ("-eltorito-alt-boot", "-e", "boot/grub/efi.img", "-no-emul-boot", "-isohybrid-gpt-basdat")
    return Step(
        "Write the ISO",
        command(
            *("env", f"SOURCE_DATE_EPOCH={epoch}", "xorriso", "-as", "mkisofs", "-output", output),
            *("-volid", label, "-iso-level", "3", "-rational-rock", f"--modification-date={stamp}"),
            *bios,
            *efi,
            tree,
        ),
        progress=True,
    )
