"""What happens to a machine while people work: disks come and go, programs start, RAM goes."""

from tui.backend import paths
from tui.backend.host import ForeignMount
from tui.backend.practice import layers, storage, tree, use
from tui.backend.practice.blocks import Disk
from tui.backend.practice.world import Process, World


def unplug(world: World, kname: str) -> list[Disk]:
    """Pull a disk out: it and its partitions are gone; what lies on them stays, and fails."""
    gone = [world.blocks.pop(name) for name in [kname, *world.partitions(kname)]]
    return [disk for disk in gone if isinstance(disk, Disk)]


def plug(world: World, disks: list[Disk]) -> None:
    """Plug a disk in again: the kernel takes it for a new one."""
    number = world.number("diskseq", 1)
    for disk in disks:
        disk.diskseq, disk.writes, disk.sectors = (0 if disk.parent else number), 0, 0
        world.blocks[disk.kname] = disk


def start(world: World, program: str, how: str, path: str, user: str = "user") -> int:
    """Start a process that holds a path (`works in`, `has open` …); its number."""
    pid = world.number("pid", 1000)
    world.processes[pid] = Process(pid, program, user, [(how, path)])
    return pid


def end(world: World, pid: int) -> None:
    """End a process, with the mount namespace that it keeps."""
    del world.processes[pid]
    world.foreign = [mount for mount in world.foreign if mount.pid != pid]
    use.release(world)


def mount_elsewhere(world: World, kname: str, program: str = "containerd", point: str = "/data") -> int:
    """Let a process in a mount namespace of its own have a device mounted; its number."""
    pid = world.number("pid", 1000)
    world.processes[pid] = Process(pid, program)
    source = f"/dev/{kname}"
    world.foreign.append(ForeignMount(pid, program, world.blocks[kname].devno, source, point, None, None))
    return pid


def keep_elsewhere(world: World, name: str, program: str = "containerd") -> int:
    """Let a process in a mount namespace of its own keep an overlay sandbox; its number."""
    pid, fs = world.number("pid", 1000), world.overlay(name)
    if fs is None:
        raise LookupError(name)
    world.processes[pid] = Process(pid, program)
    world.foreign.append(ForeignMount(pid, program, fs.devno, "sandbox-tui", "/data", None, None, name))
    return pid


def write(world: World, name: str, count: int) -> bool:
    """Let somebody write into a sandbox where nothing was changed yet; False for an I/O error."""
    fs = world.overlay(name)
    if fs is not None:
        return layers.write(fs, count)
    entry = world.map(name)
    if entry is None or entry.uuid != paths.uuid(name):
        raise LookupError(name)
    return storage.write(world, entry.kname, count)


def fill_run(world: World, *, inodes: bool = False) -> None:
    """Let /run be full: no room for a byte, or (`inodes`) not even for an empty file."""
    fs = tree.find(world, "/run").mount.fs
    fs.limit = fs.used
    if inodes:
        fs.inodes = 0
