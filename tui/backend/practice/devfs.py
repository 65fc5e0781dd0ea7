"""/dev of the practice machine, made when somebody looks; udev's links only where udev runs."""

from collections.abc import Iterable

from tui.backend import paths
from tui.backend.host import FileKind
from tui.backend.practice import storage, tree
from tui.backend.practice.blocks import Block, Disk, Map
from tui.backend.practice.nodes import Link, Node, Special, View, fixed
from tui.backend.practice.world import World

_CHARACTERS = ("null", "zero", "urandom", "tty", "loop-control")


def view(world: World) -> View:
    """The whole of /dev."""

    def get(name: str) -> Node | None:
        """A device, or a directory of links to some."""
        if name in world.blocks:
            return Special(FileKind.BLOCK, name)
        if name == "mapper":
            return _mapper(world)
        if name == "disk" and world.udev:
            return _disk(world)
        return Special(FileKind.CHARACTER) if name in _CHARACTERS else None

    return View(get, lambda: [*world.blocks, *_CHARACTERS, "mapper", *(["disk"] if world.udev else [])])


def is_hidden(world: World, block: Block) -> bool:
    """Whether our udev rule keeps udev from looking into a device."""
    return isinstance(block, Map) and block.uuid.startswith(paths.UUID_PREFIX) and _has_rule(world)


def path_of(block: Block) -> str:
    """The node that lsblk names."""
    return f"/dev/mapper/{block.name}" if isinstance(block, Map) and block.node else f"/dev/{block.kname}"


def _has_rule(world: World) -> bool:
    return world.udev and tree.find(world, paths.UDEV_RULE_FILE).node is not None


def _mapper(world: World) -> View:
    nodes: dict[str, Node] = {"control": Special(FileKind.CHARACTER)}
    for entry in world.of(Map):
        if entry.node:
            nodes[entry.name] = (
                Link(f"../{entry.kname}") if world.udev else Special(FileKind.BLOCK, entry.kname)
            )
    return fixed(nodes)


def _disk(world: World) -> View:
    shown = [block for block in world.blocks.values() if not block.kname.startswith("ram")]
    known = [(block, storage.content(world, block.kname)) for block in shown if not is_hidden(world, block)]
    disks = [(block, block) for block in shown if isinstance(block, Disk)]
    return fixed(
        {
            "by-label": _by((block.kname, found.label) for block, found in known if found),
            "by-uuid": _by((block.kname, found.uuid) for block, found in known if found),
            "by-partuuid": _by((block.kname, disk.partuuid) for block, disk in disks),
            "by-id": _by((block.kname, _id(disk)) for block, disk in disks),
        }
    )


def _id(disk: Disk) -> str:
    return f"{disk.transport}-{disk.model}_{disk.serial}".replace(" ", "_") if disk.serial else ""


def _by(names: Iterable[tuple[str, str]]) -> View:
    return fixed({_encode(name): Link(f"../../{kname}") for kname, name in names if name})


def _encode(name: str) -> str:
    """A name as udev writes it in a link."""
    return "".join(
        c if c.isalnum() or c in "#+-.:=@_" or not c.isascii() else f"\\x{ord(c):02x}" for c in name
    )
