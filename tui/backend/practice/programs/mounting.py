"""The programs mount and umount."""

from tui.backend.host import FileKind
from tui.backend.kernel.dm_status import Health
from tui.backend.practice import config_fs, devfs, layers, storage, tree, use
from tui.backend.practice.blocks import Block, Loop, Map
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.mounted import PROPAGATION, FileSystem, Mounted
from tui.backend.practice.nodes import Content, Directory, Special
from tui.backend.practice.programs.arguments import parse
from tui.backend.practice.programs.arguments import size as to_bytes
from tui.backend.practice.world import World

_STATUS = 32
_OF_THE_FILE_SYSTEM = {
    "nouuid": "nouuid",
    "noload": "norecovery",
    "norecovery": "norecovery",
    "nolog": "",
    "rescue=nologreplay": "rescue=nologreplay",
    "errors=remount-ro": "errors=remount-ro",
}
"""Options that are the file system's, not the mount's, and how the kernel shows them; empty: not at all."""
_FIRST_WRITES = 64 * 1024
"""What mounting a file system writes: its superblock and journal."""


def mount(world: World, words: list[str], _: str) -> str:
    """Mount: `mount [-t TYPE] [-o OPTIONS] [--bind] [--internal-only] [SOURCE] DIRECTORY`."""
    given = parse("mount", words, flags="B/bind r/read-only i/internal-only", values="t/types o/options")
    options = [option for option in given.get("options").split(",") if option]
    if "read-only" in given:
        options.append("ro")
    if "remount" in options and len(given.operands) == 1:
        return _remount(world, given.operands[0], options)
    if len(given.operands) != 2:
        raise NotPractised("mount: bad usage")
    source, point = given.operands
    if "bind" in given:
        return _bind(world, source, point, options)
    _directory(world, point)
    if given.get("types") == "tmpfs":
        return _tmpfs(world, source, point, options)
    if given.get("types") == "configfs":
        world.mount(config_fs.file_system(world), tree.find(world, point).path, source)
        return ""
    if given.get("types") == "overlay":
        return layers.mount(world, source, point, options)
    return _device(world, source, point, given.get("types"), options)


def umount(world: World, words: list[str], _: str) -> str:
    """Unmount the uppermost mount of a directory: `umount DIRECTORY`."""
    point = parse("umount", words).one()
    found = tree.find(world, point)
    if found.node is None:
        raise Failure(f"umount: {point}: no mount point specified.", _STATUS)
    top = next((m for m in reversed(world.mounts) if m.point == found.path), None)
    if top is None:
        raise Failure(f"umount: {point}: not mounted.", _STATUS)
    if is_busy(world, top):
        raise Failure(f"umount: {point}: target is busy.", _STATUS)
    world.mounts.remove(top)
    if top.shared:
        world.foreign = [m for m in world.foreign if top.shared not in (m.shared, m.master)]
    use.release(world)
    return ""


def is_busy(world: World, mount: Mounted) -> bool:
    """Whether something is open or mounted below a mount."""
    inside = f"{mount.point.rstrip('/')}/"
    nested = any(other.point.startswith(inside) for other in world.mounts)
    paths = [path for process in world.processes.values() for _, path in process.holds]
    held = any(path == mount.point or path.startswith(inside) for path in paths)
    return nested or held or any(_file_is_on(loop, mount) for loop in world.loops())


def _file_is_on(loop: Loop, mount: Mounted) -> bool:
    on_it = loop.backing == mount.point or loop.backing.startswith(f"{mount.point}/")
    return loop.fs is mount.fs and on_it


def _remount(world: World, point: str, options: list[str]) -> str:
    where = tree.find(world, point).path
    top = next((m for m in reversed(world.mounts) if m.point == where), None)
    if top is None:
        raise Failure(f"mount: {point}: mount point not mounted or bad option.", _STATUS)
    for option in options:
        name, _, value = option.partition("=")
        if name == "size" and top.fs.type == "tmpfs":
            if to_bytes("mount", value) < top.fs.used:
                raise Failure(f"mount: {point}: mount point not mounted or bad option.", _STATUS)
            top.fs.limit = _pages(to_bytes("mount", value))
        elif name == "nr_inodes" and top.fs.type == "tmpfs":
            top.fs.inodes = int(value)
        elif name != "remount":
            raise NotPractised(f"mount: {point}: remount with {option!r} is not practised.", _STATUS)
    return ""


def _bind(world: World, source: str, point: str, options: list[str]) -> str:
    found, target = tree.find(world, source), tree.find(world, point)
    if found.node is None:
        raise Failure(f"mount: {point}: special device {source} does not exist.", _STATUS)
    if target.node is None:
        raise Failure(f"mount: {point}: mount point does not exist.", _STATUS)
    if isinstance(found.node, Directory) != isinstance(target.node, Directory):
        raise Failure(f"mount: {point}: mount point is not a directory.", _STATUS)
    shown = ["relatime", *(option for option in options if option not in PROPAGATION)]
    new = world.mount(found.mount.fs, target.path, found.mount.source, ",".join(shown))
    new.root, new.inner = found.node, _inner(found.path, found.mount)
    new.propagate(options)
    return ""


def _inner(path: str, mount: Mounted) -> str:
    return mount.inner.rstrip("/") + path.removeprefix(mount.point.rstrip("/")) or "/"


def _tmpfs(world: World, source: str, point: str, options: list[str]) -> str:
    root = Directory()
    fs = world.tmpfs(root)
    for option in options:
        name, _, value = option.partition("=")
        if name == "size":
            fs.limit = _pages(to_bytes("mount", value))
        elif name == "nr_inodes":
            fs.inodes = int(value)
        elif name == "mode":
            root.mode = int(value, 8)
        elif name not in ("rw", "nosuid", "nodev", "noexec", "noswap"):
            raise Failure(f"mount: {point}: wrong fs type, bad option, bad superblock on {source}.", _STATUS)
    world.mount(fs, tree.find(world, point).path, source)
    return ""


def _pages(size: int) -> int:
    return -(-size // 4096) * 4096


def _device(world: World, source: str, point: str, fstype: str, options: list[str]) -> str:
    kname = _block(world, source, point)
    block = world.blocks[kname]
    if isinstance(block, Map) and block.suspended:
        raise Failure(f"mount: {point}: {source} is suspended: this would wait for ever.", _STATUS)
    if isinstance(block, Map) and block.health is Health.INVALID:
        raise Failure(f"mount: {point}: can't read superblock on {source}.", _STATUS)
    if use.is_held(world, kname):
        raise Failure(f"mount: {point}: {source} already mounted or mount point busy.", _STATUS)
    content = storage.content(world, kname)
    if content is None or content.tree is None or fstype not in ("", "auto", content.fstype):
        raise _wrong(source, point)
    if block.read_only and "ro" not in options:
        raise Failure(f"mount: {point}: cannot mount {source} read-only.", _STATUS)
    _refuse_twin(world, kname, content, options, _wrong(source, point))
    _attach(world, block, point, options)
    return ""


def _attach(world: World, block: Block, point: str, options: list[str]) -> None:
    if "ro" not in options:
        storage.write(world, block.kname, _FIRST_WRITES)
    fs = next((mount.fs for mount in world.mounted(block.kname)), None) or _open(world, block)
    others = (*_OF_THE_FILE_SYSTEM, *PROPAGATION)
    shown = [option for option in options if option not in others] or ["rw"]
    where = tree.find(world, point).path
    new = world.mount(fs, where, devfs.path_of(block), ",".join([*shown, "relatime"]))
    more = (_OF_THE_FILE_SYSTEM.get(option, "") for option in options)
    new.more = ("ro" if "ro" in options else "rw", *filter(None, more))
    new.propagate(options)


def _open(world: World, block: Block) -> FileSystem:
    """The file system on a device, not yet mounted anywhere."""
    content = storage.own_content(world, block)
    fstype, root = (content.fstype, content.tree) if content else ("", None)
    devno = world.anonymous() if fstype == "btrfs" else block.devno
    return FileSystem(fstype, devno, root or Directory(), device=block.kname)


def _refuse_twin(world: World, kname: str, content: Content, options: list[str], wrong: Failure) -> None:
    """Refuse a second file system of one UUID: btrfs always does, XFS without nouuid."""
    twins = {m.fs.device for m in world.mounts if m.fs.device and m.fs.device != kname}
    same = any((other := storage.content(world, twin)) and other.uuid == content.uuid for twin in twins)
    if same and content.fstype == "btrfs":
        raise Failure("mount: mount(2) system call failed: File exists.", _STATUS)
    if same and content.fstype == "xfs" and "nouuid" not in options:
        raise wrong


def _wrong(source: str, point: str) -> Failure:
    words = (
        f"mount: {point}: wrong fs type, bad option, bad superblock on {source}, missing codepage or helper"
    )
    return Failure(f"{words} program, or other error.", _STATUS)


def _directory(world: World, point: str) -> None:
    node = tree.find(world, point).node
    if node is None:
        raise Failure(f"mount: {point}: mount point does not exist.", _STATUS)
    if not isinstance(node, Directory):
        raise Failure(f"mount: {point}: mount point is not a directory.", _STATUS)


def _block(world: World, source: str, point: str) -> str:
    node = tree.find(world, source).node
    if node is None:
        raise Failure(f"mount: {point}: special device {source} does not exist.", _STATUS)
    if not isinstance(node, Special) or node.kind is not FileKind.BLOCK:
        raise Failure(f"mount: {point}: {source} is not a block device.", _STATUS)
    return node.kname
