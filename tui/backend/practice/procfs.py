"""/proc of the practice machine, made when somebody looks."""

from tui.backend.practice.mounted import escape
from tui.backend.practice.nodes import File, Node, View, fixed, text
from tui.backend.practice.world import World

_NAMES = ("self", "swaps", "filesystems", "meminfo", "sys", "version")


def view(world: World) -> View:
    """The part of /proc that is read."""
    return View(lambda name: _entry(world, name), lambda: [*map(str, world.processes), *_NAMES])


def _entry(world: World, name: str) -> Node | None:
    if name == "self" or name.isdecimal():
        return _process(world, world.pid if name == "self" else int(name))
    if name == "sys":
        return fixed({"kernel": fixed({"osrelease": text(world.kernel)})})
    if name == "version":
        return text(f"Linux version {world.kernel} (practice)")
    if name == "meminfo":
        return File(f"MemTotal: {world.ram // 1024} kB\nMemAvailable: {world.available // 1024} kB\n")
    if name == "filesystems":
        overlay = "nodev\toverlay\n" if "overlay" in world.modules else ""
        return File(f"nodev\tsysfs\nnodev\ttmpfs\n{overlay}\text4\n\tvfat\n\txfs\n\tbtrfs\n")
    return File(_swaps(world)) if name == "swaps" else None


def _process(world: World, pid: int) -> Node | None:
    if pid != world.pid and pid not in world.processes:
        return None
    program = world.processes[pid].program if pid in world.processes else "sandbox-tui"
    stat = text(f"{pid} ({program}) S 1" + " 0" * 17 + f" {pid * 10}" + " 0" * 30)
    return fixed({"mountinfo": File("".join(f"{mount.line()}\n" for mount in world.mounts)), "stat": stat})


def _swaps(world: World) -> str:
    head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
    blocks = (world.blocks[kname] for kname in world.swaps if kname in world.blocks)
    rows = (f"{escape(f'/dev/{block.kname}')}\tpartition\t{block.size // 1024}\t0\t-2\n" for block in blocks)
    return head + "".join(rows)
