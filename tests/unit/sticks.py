"""A practice machine with an ISO and a USB stick to write it to."""

from tests.unit.command_line import IMAGES
from tui.backend.livecd import write
from tui.backend.livecd.about import About
from tui.backend.livecd.write import Prepared, WriteRequest
from tui.backend.practice import PracticeHost, bare, tree
from tui.backend.practice.nodes import Content, Directory, File
from tui.backend.practice.programs.xorriso import sha256
from tui.backend.practice.world import GIB, World

ISO = f"{IMAGES}/live.iso"
SIZE = 64 << 20
STICK = "/dev/sdc"


def images(world: World) -> Directory:
    found = tree.existing(world, IMAGES)
    assert isinstance(found, Directory)
    return found


def live_cd() -> Content:
    """What is on the ISO."""
    image = File(length=24 << 20)
    about = About(
        version="0.2.0",
        label="LIVE",
        way="dm",
        size="25%",
        format="squashfs",
        image="root.squashfs",
        image_size=image.size,
        image_sha256=sha256(image),
        kernel="6.1.0-practice",
        init="/sbin/init",
    )
    files = Directory(
        {"about.json": File(about.text()), "root.squashfs": image, "vmlinuz": File(length=8 << 20)}
    )
    return Content("iso9660", "LIVE", "2026-11-23", Directory({"live": files}))


def add_iso(world: World) -> None:
    images(world).entries["live.iso"] = bare.image(SIZE, live_cd())


def add_stick(world: World) -> None:
    facts = {"model": "Trial Stick", "serial": "STICK0001", "transport": "usb", "removable": True}
    disk = bare.add_disk(world, "sdc", 8 * GIB, **facts)  # type: ignore[arg-type]
    bare.add_partition(world, disk, 7 * GIB, bare.filesystem("vfat", "PHOTOS"))


def with_stick(world: World | None = None) -> PracticeHost:
    """The demo's machine, or another one, with both."""
    host = PracticeHost(world)
    add_iso(host.world)
    add_stick(host.world)
    return host


def prepare(host: PracticeHost, device: str = STICK, iso: str = ISO) -> Prepared:
    return write.prepare(host, WriteRequest(iso, device))
