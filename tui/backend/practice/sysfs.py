"""/sys of the practice machine, made when somebody looks."""

from collections.abc import Callable, Iterable

from tui.backend.kernel.text import SECTOR
from tui.backend.practice import use
from tui.backend.practice.blocks import Block, Disk, Loop, Map, Null, Ram
from tui.backend.practice.nodes import PAGE, Directory, Link, Node, View, fixed, text
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
            "kernel": View(lambda name: _kernel(world, name), lambda: ("config", "debug", "uevent_seqnum")),
            "module": View(lambda name: _module(world, name), lambda: world.modules),
        }
    )


def _parent(block: Block) -> str:
    return block.parent if isinstance(block, Disk) else ""


def _target(block: Block) -> Link:
    return Link("/".join(part for part in (_DEVICES, _parent(block), block.kname) if part))


def _links(world: World, names: Callable[[], Iterable[str]]) -> View:
    def get(name: str) -> Node | None:
        """The link of a kernel name."""
        block = world.blocks.get(name)
        return _target(block) if block else None

    return View(get, names)


def _numbers(world: World) -> View:
    def get(devno: str) -> Node | None:
        """The link of a device number."""
        block = world.device(devno)
        return _target(block) if block else None

    return View(get, lambda: [block.devno for block in world.blocks.values()])


def _top(world: World) -> View:
    def get(name: str) -> Node | None:
        """A whole disk, or what is like one."""
        block = world.blocks.get(name)
        return _block(world, block) if block and not _parent(block) else None

    return View(get, lambda: [block.kname for block in world.blocks.values() if not _parent(block)])


def _block(world: World, block: Block) -> View:
    """The directory of a device; each entry is made only when it is looked at."""
    entries: dict[str, Callable[[], Node]] = {
        "dev": lambda: text(block.devno),
        "size": lambda: text(block.size // SECTOR),
        "ro": lambda: text(int(block.read_only)),
        "stat": lambda: text(_stat(world, block)),
        "holders": lambda: _plain(world.holders(block.kname)),
        "queue": lambda: fixed({"logical_block_size": text(block.sector)}),
    }
    if not _parent(block):
        entries["slaves"] = lambda: _plain(block.below if isinstance(block, Map) else ())
        entries["removable"] = lambda: text(int(isinstance(block, Disk) and block.removable))
    entries.update(_special(block))

    def get(name: str) -> Node | None:
        """A partition, or a fact about the device."""
        part = world.blocks.get(name)
        if isinstance(part, Disk) and part.parent == block.kname:
            return _block(world, part)
        return entries[name]() if name in entries else None

    return View(get, lambda: [*entries, *world.partitions(block.kname)])


def _stat(world: World, block: Block) -> str:
    """A disk counts what is written to its partitions, too."""
    counted = [block, *(world.blocks[name] for name in world.partitions(block.kname))]
    writes, sectors = sum(one.writes for one in counted), sum(one.sectors for one in counted)
    return f"0 0 0 0 {writes} 0 {sectors} " + " ".join(["0"] * 10)


def _special(block: Block) -> dict[str, Callable[[], Node]]:
    """What only some kinds of device have."""
    if isinstance(block, Map):
        return {"dm": lambda: _dm(block)}
    if isinstance(block, Loop):
        facts = {"backing_file": text(block.backing), "autoclear": text(int(block.autoclear))}
        return {"loop": lambda: fixed(dict(facts))} if block.bound else {}
    if isinstance(block, Disk) and block.parent:
        return {"partition": lambda: text(block.kname.removeprefix(block.parent).lstrip("p"))}
    if isinstance(block, Disk):
        return {"diskseq": lambda: text(block.diskseq)}
    return {}


def _dm(entry: Map) -> View:
    return fixed(
        {"name": text(entry.name), "uuid": text(entry.uuid), "suspended": text(int(entry.suspended))}
    )


def _plain(names: Iterable[str]) -> Directory:
    return Directory({name: Directory() for name in names})


def _kernel(world: World, name: str) -> Node | None:
    if name == "debug":
        pages = {ram.kname: text(ram.allocated // PAGE) for ram in world.of(Ram) if not isinstance(ram, Null)}
        return fixed({"ramdisk_pages": fixed(dict(pages))})
    if name == "config":
        return Directory()
    return text(world.device_event()) if name == "uevent_seqnum" else None


def _module(world: World, name: str) -> Node | None:
    if name not in world.modules:
        return None
    size, users = {}, 0
    if name == "brd":
        size, users = {"rd_size": text(world.rd_size // 1024)}, int(use.brd_in_use(world))
    return fixed({"parameters": fixed(dict(size)), "refcnt": text(users)})
