"""Who uses a block device: what makes the kernel say EBUSY."""

from tui.backend import paths
from tui.backend.host import Use
from tui.backend.practice.blocks import Disk, Loop, Map, Null, Ram
from tui.backend.practice.world import Process, World


def is_claimed(world: World, kname: str) -> bool:
    """Whether device-mapper cannot have a device: something else has it, or anything, even
    device-mapper, has its disk or a part of it.
    """
    related = _relatives(world, kname)
    return _holds(world, kname) or any(_holds(world, name) or world.holders(name) for name in related)


def is_held(world: World, kname: str) -> bool:
    """Whether device-mapper has the device, its disk or a part of it."""
    return any(world.holders(name) for name in [kname, *_relatives(world, kname)])


def open_count(world: World, kname: str) -> int:
    """How often a device is open: mounts in any namespace, maps and loops on it, swap, processes."""
    block = world.blocks[kname]
    mounts = 1 if world.mounted(kname) or is_foreign(world, kname) else 0
    nodes = {f"/dev/{kname}"} | ({f"/dev/mapper/{block.name}"} if isinstance(block, Map) else set())
    files = sum(path in nodes for process in world.processes.values() for _, path in process.holds)
    loops = sum(loop.device == kname for loop in world.loops())
    return mounts + len(world.holders(kname)) + (kname in world.swaps) + files + loops


def is_foreign(world: World, kname: str) -> bool:
    """Whether it is mounted in another mount namespace."""
    return any(mount.devno == world.blocks[kname].devno for mount in world.foreign)


def release(world: World) -> None:
    """Unbind the loop devices that were detached while in use and are no longer used."""
    for loop in world.loops():
        if loop.autoclear and not open_count(world, loop.kname):
            unbind(loop)


def unbind(loop: Loop) -> None:
    """Take a loop device's file away."""
    loop.file, loop.device, loop.fs, loop.backing, loop.size = None, "", None, "", 0
    loop.autoclear = loop.read_only = False


def brd_in_use(world: World) -> bool:
    """Whether a RAM disk is open, so that brd cannot be unloaded."""
    return any(open_count(world, ram.kname) for ram in world.of(Ram) if not isinstance(ram, Null))


def first_hold(process: Process, places: list[str]) -> Use | None:
    """How a process holds one of these places, None when it holds none."""
    for how, path in process.holds:
        if any(paths.within(path, place) for place in places):
            return Use(process.pid, process.program, process.user, how, path)
    return None


def _relatives(world: World, kname: str) -> list[str]:
    """The partitions of a disk, the disk of a partition."""
    block = world.blocks.get(kname)
    parent = [block.parent] if isinstance(block, Disk) and block.parent else []
    return [*world.partitions(kname), *parent]


def _holds(world: World, kname: str) -> bool:
    return bool(world.mounted(kname)) or kname in world.swaps or is_foreign(world, kname)
