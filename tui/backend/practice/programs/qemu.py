"""The program qemu-system-x86_64: what a practice machine says on its serial console."""

from tui.backend.livecd import about
from tui.backend.practice import tree
from tui.backend.practice.nodes import Directory, File
from tui.backend.practice.world import World

_FIRMWARE = "SeaBIOS (version 1.16.2-debian-1.16.2-1)\r\nBooting from DVD/CD...\r\n"
_UEFI = 'BdsDxe: starting Boot0001 "UEFI QEMU DVD-ROM"\r\n'
_NOTHING = "Boot failed: Could not read from CDROM (code 0009)\r\nNo bootable device.\r\n"
_ISOLINUX = """\
ISOLINUX 6.04 20200816 ETCD Copyright (C) 1994-2015 H. Peter Anvin et al\r
Loading /live/vmlinuz... ok\r
Loading /live/initrd.gz...ok\r
"""
_KERNEL = """\
[    0.000000] Linux version 6.1.0-practice\r
[    0.512300] Memory: 473840K/523896K available\r
[    1.204411] Run /init as init process\r
[    1.530772] usb-storage 1-1:1.0: USB Mass Storage device detected\r
[    1.870125] loop0: detected capacity change\r
[    2.141240] sandbox-tui: ready, {way}, 262144 KiB for changes\r
"""


def qemu(world: World, words: list[str], _: str) -> str:
    """Boot a Live CD: what is on its medium decides."""
    drives = [word for word in words if word.startswith("if=none,id=medium,")]
    names = (option.removeprefix("file=") for option in drives[0].split(",") if option.startswith("file="))
    node = tree.find(world, next(names)).node
    bios = "if=pflash" not in " ".join(words)
    if isinstance(node, File) and node.content is not None and node.content.fstype == "iso9660":
        return (_FIRMWARE + _ISOLINUX if bios else _UEFI) + _KERNEL.format(way=_way(node.content.tree))
    return _FIRMWARE + _NOTHING


def _way(files: Directory | None) -> str:
    """The default way, as the builder noted it."""
    live = files.get("live") if files is not None else None
    noted = live.get("about.json") if isinstance(live, Directory) else None
    return about.parse(noted.text).way if isinstance(noted, File) else "dm"
