"""A machine with nothing but the usual directories, and the parts to furnish it with."""

import zlib

from tui.backend.practice import config_fs, devfs, procfs, storage, sysfs
from tui.backend.practice.blocks import Block, Disk, Linear, Map
from tui.backend.practice.mounted import FileSystem, Mounted
from tui.backend.practice.nodes import Content, Directory, File
from tui.backend.practice.world import World

DIRECTORIES = ("boot", "dev", "etc", "home", "media", "mnt", "proc", "root", "run", "srv", "sys", "tmp")
"""What the root of the file system has."""


def bare(**facts: int | bool) -> World:
    """A world without disks. `facts` are fields of World."""
    world = World(**facts)  # type: ignore[arg-type]
    root = FileSystem("tmpfs", world.anonymous(), Directory({name: Directory() for name in DIRECTORIES}))
    world.mount(root, "/", "rootfs")
    world.mount(FileSystem("sysfs", world.anonymous(), sysfs.view(world)), "/sys", "sysfs")
    world.mount(config_fs.file_system(world), config_fs.POINT, "configfs")
    world.mount(FileSystem("proc", world.anonymous(), procfs.view(world)), "/proc", "proc")
    world.mount(FileSystem("devtmpfs", world.anonymous(), devfs.view(world)), "/dev", "udev")
    run = Directory({"lock": Directory(), "user": Directory()})
    if world.udev:
        run.entries["udev"] = Directory({"control": File(), "data": Directory()})
    world.mount(world.tmpfs(run, limit=world.ram // 10), "/run", "tmpfs", "rw,nosuid,nodev,noexec,relatime")
    return world


def add_disk(world: World, kname: str, size: int, **facts: str | int | bool | Content | None) -> Disk:
    """Plug a disk in. `facts` are fields of Disk."""
    minor = 16 * sum(1 for disk in world.of(Disk) if not disk.parent)
    devno = str(facts.pop("devno", f"8:{minor}"))
    disk = Disk(
        kname=kname,
        devno=devno,
        size=size,
        diskseq=world.number("diskseq", 1),
        **{"type": "disk", **facts},  # type: ignore[arg-type]
    )
    world.blocks[kname] = disk
    return disk


def add_partition(world: World, disk: Disk, size: int, content: Content | None, label: str = "") -> Disk:
    """Add the next partition of a disk."""
    number = len(world.partitions(disk.kname)) + 1
    major, minor = disk.devno.split(":")
    kname = f"{disk.kname}p{number}" if disk.kname[-1].isdecimal() else f"{disk.kname}{number}"
    part = Disk(
        kname=kname,
        devno=f"{major}:{int(minor) + number}",
        size=size,
        type="part",
        sector=disk.sector,
        content=content,
        parent=disk.kname,
        serial=disk.serial,
        wwn=disk.wwn,
        transport="",
        removable=disk.removable,
        partlabel=label,
        partuuid=uuid(f"{kname}-part"),
    )
    world.blocks[kname] = part
    return part


def add_volume(world: World, name: str, on: Block, content: Content) -> Map:
    """Make an LVM volume that fills a physical volume."""
    kname = f"dm-{world.number('dm')}"
    volume = Map(
        kname=kname,
        devno=f"253:{kname[3:]}",
        size=on.size - (1 << 20),
        type="lvm",
        name=name,
        uuid=f"LVM-{uuid(name).replace('-', '')}",
        table=Linear(on.size - (1 << 20), on.kname, 1 << 20),
        content=content,
    )
    world.blocks[kname] = volume
    return volume


def mount_block(world: World, block: Block, point: str, options: str = "rw,relatime") -> Mounted:
    """Mount what is on a device, as the machine does when it starts."""
    content = storage.content(world, block.kname)
    if content is None or content.tree is None:
        raise ValueError(block.kname)
    fs = FileSystem(content.fstype, block.devno, content.tree, device=block.kname)
    return world.mount(fs, point, devfs.path_of(block), options)


def image(size: int, content: Content | None) -> File:
    """An image file of a disk."""
    return File(length=size, allocated=size // 4096 * 4096, content=content)


def filesystem(fstype: str, label: str, *names: str, key: str = "") -> Content:
    """A file system with some directories in it."""
    tree = Directory({name: Directory() for name in names or ("documents", "music", "photos")})
    return Content(fstype, label, uuid(key or label or fstype), tree)


def uuid(key: str) -> str:
    """A UUID that is always the same for a key."""
    words = "".join(f"{zlib.crc32(f'{key}{n}'.encode()):08x}" for n in range(4))
    return "-".join((words[:8], words[8:12], words[12:16], words[16:20], words[20:]))
