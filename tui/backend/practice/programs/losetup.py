"""The program losetup."""

from tui.backend.kernel.text import SECTOR
from tui.backend.practice import tree, use
from tui.backend.practice.blocks import Loop
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.mounted import FileSystem
from tui.backend.practice.nodes import File, Special
from tui.backend.practice.programs.arguments import parse
from tui.backend.practice.world import World


def losetup(world: World, words: list[str], _: str) -> str:
    """Bind, release and enlarge: `losetup --find --show [--read-only] FILE`, `--detach LOOP`,
    `--set-capacity LOOP`.
    """
    given = parse("losetup", words, flags="f/find show r/read-only", values="d/detach c/set-capacity")
    if "detach" in given:
        return _detach(world, given.get("detach"))
    if "set-capacity" in given:
        return _set_capacity(world, given.get("set-capacity"))
    if "find" not in given or "show" not in given:
        raise NotPractised("losetup: bad usage")
    path = given.one()
    found = tree.find(world, path)
    if not isinstance(found.node, File | Special) or not _size(world, found.node):
        word = "No such file or directory" if found.node is None else "Invalid argument"
        raise Failure(f"losetup: {path}: failed to set up loop device: {word}")
    read_only = "read-only" in given or "ro" in found.mount.options.split(",")
    return f"/dev/{_attach(world, found.node, found.mount.fs, found.path, read_only)}\n"


def _size(world: World, node: File | Special) -> int:
    """Bytes of a file or of a block device; 0 for another node."""
    if isinstance(node, File):
        return node.size
    return world.blocks[node.kname].size if node.kname in world.blocks else 0


def _attach(world: World, node: File | Special, fs: FileSystem, path: str, read_only: bool) -> str:
    free = [loop for loop in world.of(Loop) if not loop.bound]
    loop = min(free, key=lambda loop: int(loop.kname[4:])) if free else _new(world)
    loop.file, loop.device = (node, "") if isinstance(node, File) else (None, node.kname)
    loop.fs, loop.backing, loop.read_only = fs, path, read_only
    loop.size, loop.writes, loop.sectors = _size(world, node) // SECTOR * SECTOR, 0, 0
    return loop.kname


def _new(world: World) -> Loop:
    number = sum(1 for _ in world.of(Loop))
    loop = Loop(kname=f"loop{number}", devno=f"7:{number}", size=0, type="loop")
    world.blocks[loop.kname] = loop
    return loop


def _detach(world: World, path: str) -> str:
    """Detach a loop device; one in use goes when its last user does, as the kernel does it."""
    loop = _bound(world, path, "detach failed")
    loop.autoclear = True
    use.release(world)
    return ""


def _set_capacity(world: World, path: str) -> str:
    loop = _bound(world, path, "failed to set capacity")
    loop.size = loop.file.size // SECTOR * SECTOR if loop.file else 0
    return ""


def _bound(world: World, path: str, what: str) -> Loop:
    loop = world.blocks.get(path.removeprefix("/dev/"))
    if not isinstance(loop, Loop) or not loop.bound:
        raise Failure(f"losetup: {path}: {what}: No such device or address")
    return loop
