"""The whole practice machine as one value, to say that it is as it was before."""

from tui.backend.practice.blocks import Block, Loop, Map
from tui.backend.practice.nodes import Directory, File, Node
from tui.backend.practice.world import World

State = dict[str, object]
"""What there is, by a name that tells where."""


def state(world: World) -> State:
    """Everything that a sandbox could leave behind or spoil. Not in it: numbers that only
    count (mount, minor), and code that the kernel has loaded.
    """
    found: State = {}
    for mount in world.mounts:
        found[f"mount {mount.point} {sum(m.point == mount.point for m in world.mounts)}"] = (
            mount.fs.type,
            mount.source,
            mount.inner,
            mount.options,
            mount.fs.limit,
            mount.fs.inodes,
        )
        _files(found, mount.point.rstrip("/"), mount.root)
    for block in world.blocks.values():
        if not isinstance(block, Loop) or block.bound:
            found.update(_block(block))
    found["swaps"] = tuple(world.swaps)
    found["foreign"] = tuple(world.foreign)
    found["processes"] = tuple(sorted(world.processes))
    found["memory"] = world.memory_used()
    found["ram disks"] = world.rd_size if "brd" in world.modules else None
    return found


def differences(before: State, after: State) -> list[str]:
    """What is not the same, one line each."""
    keys = sorted({*before, *after})
    return [
        f"{key}: {before.get(key)!r} -> {after.get(key)!r}"
        for key in keys
        if before.get(key) != after.get(key)
    ]


def _files(found: State, path: str, node: Node) -> None:
    if isinstance(node, Directory):
        found[f"file {path}/"] = node.mode
        for name, child in node.entries.items():
            _files(found, f"{path}/{name}", child)
    elif isinstance(node, File):
        found[f"file {path}"] = (node.text, node.size, node.allocated, node.version)


def _block(block: Block) -> State:
    facts = (block.size, block.read_only, block.writes, block.sectors, block.version)
    if isinstance(block, Map):
        own = (block.uuid, block.table, block.inactive, block.suspended, block.node, block.data, block.health)
        return {f"map {block.name}": (*facts, own)}
    if isinstance(block, Loop):
        return {f"loop {block.backing} {block.read_only}": (*facts, block.autoclear)}
    return {f"device {block.kname}": facts}
