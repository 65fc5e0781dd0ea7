"""/sys of the practice machine, made when somebody looks."""

from collections.abc import Callable, Iterable

from tui.backend.practice.blocks import SECTOR, Block, Disk, Loop, Map
from tui.backend.practice.nodes import Directory, Link, Node, View, fixed, text
from tui.backend.practice.world import World

_DEVICES = "/sys/devices/practice/block"


def view(world: World) -> View:
    """The whole of /sys."""
    return fixed(
        {
            "block": _links(
                world, lambda: (block.kname for block in world.blocks.values() if not _parent(block))
            ),
            "class": fixed({"block": _links(world, lambda: world.blocks)}),
            "dev": fixed({"block": _numbers(world)}),
            "devices": fixed({"practice": fixed({"block": _top(world)})}),
            "module": View(lambda name: _module(world, name), lambda: world.modules),
        }
    )


def _parent(block: Block) -> str:
    return block.parent if isinstance(block, Disk) else ""


def _target(block: Block) -> Link:
    return Link("/".join(part for part in (_DEVICES, _parent(block), block.kname) if part))


def _links(world: World, names: Callable[[], Iterable[str]]) -> View:
    def get(name: str) -> Node | None:
        block = world.blocks.get(name)
        return _target(block) if block else None

    return View(get, names)


def _numbers(world: World) -> View:
    def get(devno: str) -> Node | None:
        block = world.device(devno)
        return _target(block) if block else None

    return View(get, lambda: [block.devno for block in world.blocks.values()])


def _top(world: World) -> View:
    def get(name: str) -> Node | None:
        block = world.blocks.get(name)
        return _block(world, block) if block and not _parent(block) else None

    return View(get, lambda: [block.kname for block in world.blocks.values() if not _parent(block)])


def _block(world: World, block: Block) -> View:
    entries: dict[str, Node] = {
        "dev": text(block.devno),
        "size": text(block.size // SECTOR),
        "ro": text(int(block.read_only)),
        "stat": text(f"0 0 0 0 {block.writes} 0 {block.sectors} " + " ".join(["0"] * 10)),
        "holders": _plain(world.holders(block.kname)),
        "queue": fixed({"logical_block_size": text(block.sector)}),
    }
    if not _parent(block):
        entries["slaves"] = _plain(block.below if isinstance(block, Map) else ())
        entries["removable"] = text(int(isinstance(block, Disk) and block.removable))
    return fixed({**entries, **_special(world, block)})


def _special(world: World, block: Block) -> dict[str, Node]:
    """What only some kinds of device have."""
    if isinstance(block, Map):
        names = {"name": text(block.name), "uuid": text(block.uuid), "suspended": text(int(block.suspended))}
        return {"dm": fixed(dict(names))}
    if isinstance(block, Loop):
        return {"loop": fixed({"backing_file": text(block.backing)})} if block.file else {}
    if isinstance(block, Disk) and block.parent:
        return {"partition": text(block.kname.removeprefix(block.parent).lstrip("p"))}
    if isinstance(block, Disk):
        parts = {name: _block(world, world.blocks[name]) for name in world.partitions(block.kname)}
        return {"diskseq": text(block.diskseq), **parts}
    return {}


def _plain(names: Iterable[str]) -> Directory:
    return Directory({name: Directory() for name in names})


def _module(world: World, name: str) -> Node | None:
    if name not in world.modules:
        return None
    size = {"rd_size": text(world.rd_size // 1024)} if name == "brd" else {}
    return fixed({"parameters": fixed(dict(size)), "refcnt": text(0)})
