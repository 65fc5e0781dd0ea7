"""A believable machine: a laptop with a system disk, an LVM disk, and a USB disk to practise on."""

from tui.backend.practice import bare, workshop
from tui.backend.practice.blocks import Disk
from tui.backend.practice.nodes import Content, Directory, File
from tui.backend.practice.world import GIB, World

MIB = 1 << 20
EMPTY_DRIVE = 0x1FFFFF * 512


def demo_world(**facts: int | bool) -> World:
    """The machine of the demo, of the screenshots and of most tests: 24 GiB RAM, 18 available.

    `facts` are fields of World: `udev=False`, `root=False` …
    """
    world = bare.bare(**{"ram": 24 * GIB, "taken": 6 * GIB, **facts})
    _system_disk(world)
    _usb_disk(world)
    _lvm_disk(world)
    bare.add_disk(
        world,
        "sr0",
        EMPTY_DRIVE,
        type="rom",
        devno="11:0",
        model="DVD-RW DH16AES",
        removable=True,
        transport="sata",
        sector=2048,
    )
    return world


def add_strange_disk(world: World) -> Disk:
    """A disk whose texts are an attack: markup, control characters, right-to-left marks, wide letters."""
    label = "[red]bold[/red]\x1b[31m\u202etxt.exe\u202c" + "漢" * 40
    disk = bare.add_disk(
        world,
        "sdc",
        4 * GIB,
        model="[b]Disk[/b]\x07\u200f",
        serial="x\ty;$(reboot)",
        transport="usb",
        removable=True,
    )
    bare.add_partition(world, disk, 4 * GIB - MIB, bare.filesystem("vfat", label, key="strange"), label="a b")
    return disk


def add_many_disks(world: World, count: int) -> None:
    """As many further disks, for measuring."""
    for number in range(count):
        kname = f"sdx{number}x"
        content = bare.filesystem("ext4", f"disk {number}", key=kname)
        bare.add_disk(world, kname, GIB, devno=f"65:{number}", serial=f"MANY{number:05}", content=content)


def _system_disk(world: World) -> None:
    disk = bare.add_disk(
        world,
        "sda",
        256 * GIB,
        model="Practice SSD 256",
        serial="PRACTICE0001",
        wwn="0x5002538d00000001",
        transport="sata",
    )
    boot = bare.add_partition(
        world, disk, 512 * MIB, bare.filesystem("vfat", "EFI", "EFI"), "EFI System Partition"
    )
    content = _root(world.kernel)
    root = bare.add_partition(world, disk, 247 * GIB, content, "root")
    swap = bare.add_partition(world, disk, 8 * GIB, Content("swap", "", bare.uuid("swap")), "swap")
    first = world.mounts[0]
    first.fs.type, first.fs.devno, first.fs.device = "ext4", root.devno, root.kname
    first.fs.root = first.root = content.tree or Directory()
    first.source = f"/dev/{root.kname}"
    first.shared = "1"
    bare.mount_block(world, boot, "/boot/efi")
    world.swaps.append(swap.kname)


def _root(release: str) -> Content:
    files = {name: Directory() for name in bare.DIRECTORIES}
    files["boot"] = Directory({"efi": Directory()})
    files["home"] = Directory({"user": Directory({"images": _images(), "debian": workshop.root()})})
    files["etc"] = Directory({"hostname": File("practice\n")})
    top = Directory(dict(files))
    workshop.furnish(top, release)
    return Content("ext4", "root", bare.uuid("root"), top)


def _images() -> Directory:
    return Directory(
        {
            "debian-12.img": bare.image(
                2 * GIB, bare.filesystem("ext4", "debian", "bin", "etc", "usr", "var")
            ),
            "sdcard.img": bare.image(512 * MIB, bare.filesystem("vfat", "CARD", "DCIM")),
            "raw.img": bare.image(64 * MIB, None),
            "empty.img": bare.image(0, None),
            "odd.img": bare.image(1000, None),
        }
    )


def _usb_disk(world: World) -> None:
    disk = bare.add_disk(
        world,
        "sdb",
        100 * GIB,
        model="Practice USB Disk",
        serial="PRACTICE0002",
        transport="usb",
        removable=True,
    )
    bare.add_partition(world, disk, 100 * GIB - MIB, bare.filesystem("ext4", "data"), "data")


def _lvm_disk(world: World) -> None:
    disk = bare.add_disk(
        world,
        "nvme0n1",
        512 * GIB,
        devno="259:0",
        model="Practice NVMe 512",
        serial="PRACTICE0003",
        wwn="eui.0025385500000003",
        transport="nvme",
    )
    part = bare.add_partition(
        world, disk, 512 * GIB - MIB, Content("LVM2_member", "", "Qx3v1c-PRAC-TICE"), "lvm"
    )
    volume = bare.add_volume(world, "vg0-srv", part, bare.filesystem("ext4", "srv"))
    bare.mount_block(world, volume, "/srv")
