"""A practice machine with an ISO and a USB stick to write it to."""

from tests.unit.command_line import IMAGES
from tui.backend.livecd import write
from tui.backend.livecd.write import Prepared, WriteRequest
from tui.backend.practice import PracticeHost, bare, tree
from tui.backend.practice.nodes import Content, Directory
from tui.backend.practice.world import GIB, World

ISO = f"{IMAGES}/live.iso"
SIZE = 64 << 20
STICK = "/dev/sdc"


def images(world: World) -> Directory:
    found = tree.existing(world, IMAGES)
    assert isinstance(found, Directory)
    return found


def add_iso(world: World) -> None:
    images(world).entries["live.iso"] = bare.image(SIZE, Content("iso9660", "LIVE", "2026-11-23"))


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
