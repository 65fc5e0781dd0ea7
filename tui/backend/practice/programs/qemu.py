"""The program qemu-system-x86_64: what a practice machine says on its serial console."""

from tui.backend.practice import tree
from tui.backend.practice.nodes import File
from tui.backend.practice.world import World

_FIRMWARE = "SeaBIOS (version 1.16.2-debian-1.16.2-1)\r\nBooting from DVD/CD...\r\n"
_NOTHING = "Boot failed: Could not read from CDROM (code 0009)\r\nNo bootable device.\r\n"
_KERNEL = """\
ISOLINUX 6.04 20200816 ETCD Copyright (C) 1994-2015 H. Peter Anvin et al\r
Loading /live/vmlinuz... ok\r
Loading /live/initrd.gz...ok\r
[    0.000000] Linux version 6.1.0-practice\r
[    1.204411] Run /init as init process\r
[    1.870125] device-mapper: ioctl: 4.47.0-ioctl (2022-07-28) initialised: dm-devel@redhat.com\r
[    2.141240] sandbox-tui: ready, dm, 262144 KiB for changes\r
"""


def qemu(world: World, words: list[str], _: str) -> str:
    """Boot a Live CD: what is on its medium decides."""
    drives = [word for word in words if word.startswith("if=none,id=medium,")]
    names = (option.removeprefix("file=") for option in drives[0].split(",") if option.startswith("file="))
    node = tree.find(world, next(names)).node
    if isinstance(node, File) and node.content is not None and node.content.fstype == "iso9660":
        return _FIRMWARE + _KERNEL
    return _FIRMWARE + _NOTHING
