"""What happens to bytes: what is on a device, writing to it, and how snapshots fill.

The chunk arithmetic is that of dm-snap-persistent.c and dm-snap-transient.c of Linux.
"""

import copy

from tui.backend.kernel.dm_status import Health
from tui.backend.kernel.text import SECTOR
from tui.backend.practice.blocks import Block, Disk, Linear, Loop, Map, Ram, Snapshot
from tui.backend.practice.nodes import PAGE, Content
from tui.backend.practice.world import World

COW_TYPE = "DM_snapshot_cow"
_EXCEPTION = 16


def content(world: World, kname: str) -> Content | None:
    """What a reader finds on a device; None for nothing known, or for an I/O error."""
    block = world.blocks.get(kname)
    if isinstance(block, Loop):
        return block.file.content if block.file else content(world, block.device)
    if not isinstance(block, Map) or block.content is not None:
        return block.content if block else None
    if isinstance(block.table, Linear):
        return None if block.table.offset else content(world, block.table.device)
    return None if block.health is Health.INVALID else content(world, block.table.origin)


def put(world: World, kname: str, new: Content | None) -> None:
    """Write something else to the beginning of a device."""
    block = world.blocks[kname]
    if isinstance(block, Loop) and block.file:
        block.file.content = new
    elif isinstance(block, Map) and isinstance(block.table, Linear):
        put(world, block.table.device, new)
    else:
        block.content = new


def own_content(world: World, block: Block) -> Content | None:
    """The content of a device; a snapshot gets its own: what is changed in it is not in its origin."""
    found = content(world, block.kname)
    if isinstance(block, Map) and isinstance(block.table, Snapshot) and block.content is None:
        block.content = copy.deepcopy(found)
    return content(world, block.kname)


def write(world: World, kname: str, count: int) -> bool:
    """Write `count` bytes where nothing was written yet; False for an I/O error."""
    block = world.blocks.get(kname)
    if block is None or block.read_only:
        return False
    if isinstance(block, Map):
        return _write_map(world, block, count)
    _count(block, count)
    if isinstance(block, Disk) and block.parent:
        _count(world.blocks[block.parent], count)
    return _back(world, block, count)


def capacity(world: World, table: Snapshot) -> int:
    """How many data chunks a COW device has room for."""
    chunks = world.blocks[table.cow].size // table.chunk if table.cow in world.blocks else 0
    if table.policy == "N":
        return chunks
    area = table.chunk // _EXCEPTION
    full, rest = divmod(chunks - 1, area + 1)
    return full * area + max(rest - 1, 0)


def status(world: World, entry: Map, table: Snapshot) -> str:
    """The part of a snapshot's status line after the word `snapshot`."""
    if entry.health is not Health.ACTIVE:
        return {Health.INVALID: "Invalid", Health.OVERFLOW: "Overflow"}[entry.health]
    total = world.blocks[table.cow].size // SECTOR if table.cow in world.blocks else 0
    used, metadata = (_chunks(table, entry.data) * table.chunk // SECTOR, _metadata(table, entry.data))
    return f"{used}/{total} {metadata * table.chunk // SECTOR}"


def open_store(world: World, entry: Map) -> None:
    """Start a snapshot: read what its exception store has, or write an empty one."""
    table = entry.table
    if not isinstance(table, Snapshot) or table.policy == "N":
        return
    store = content(world, table.cow)
    if store is not None and store.fstype == COW_TYPE:
        entry.data, entry.content = store.exceptions, store.changed
        return
    put(world, table.cow, Content(COW_TYPE))
    if not _back_cow(world, table, 0):
        _invalidate(world, entry)


def close_store(world: World, entry: Map) -> None:
    """Leave in the exception store what a snapshot shows, for the next one over it."""
    if isinstance(entry.table, Snapshot) and (store := _store(world, entry.table)):
        store.changed = entry.content


def _write_map(world: World, entry: Map, count: int) -> bool:
    table = entry.table
    if isinstance(table, Linear):
        return write(world, table.device, count)
    if entry.health is not Health.ACTIVE:
        return False
    entry.version += 1
    _count(entry, count)
    own_content(world, entry)
    wanted = min(entry.data + -(-count // table.chunk), -(-table.length // table.chunk))
    return _copy_chunks(world, entry, table, wanted)


def _copy_chunks(world: World, entry: Map, table: Snapshot, wanted: int) -> bool:
    room = capacity(world, table)
    entry.data = min(wanted, room)
    if not _back_cow(world, table, entry.data) or (entry.data == room and _ends_with_metadata(world, table)):
        return _invalidate(world, entry)
    if store := _store(world, table):
        store.exceptions = entry.data
    if wanted <= room:
        return True
    if table.policy == "N":
        return _invalidate(world, entry)
    entry.health = Health.OVERFLOW
    world.log.append("device-mapper: snapshots: Snapshot overflowed: Unable to allocate exception.")
    return False


def _invalidate(world: World, entry: Map) -> bool:
    entry.health, entry.content = Health.INVALID, None
    world.log.append("device-mapper: snapshots: Invalidating snapshot: Unable to allocate exception.")
    return False


def _store(world: World, table: Snapshot) -> Content | None:
    found = content(world, table.cow)
    return found if found is not None and found.fstype == COW_TYPE and table.policy != "N" else None


def _chunks(table: Snapshot, data: int) -> int:
    """Chunks of the COW device that `data` chunks of changes take, as the kernel counts them."""
    return data if table.policy == "N" else 2 + data + data // (table.chunk // _EXCEPTION)


def _metadata(table: Snapshot, data: int) -> int:
    return 0 if table.policy == "N" else 2 + data // (table.chunk // _EXCEPTION)


def _ends_with_metadata(world: World, table: Snapshot) -> bool:
    """Whether the next metadata area would begin just behind the COW device's end."""
    chunks = world.blocks[table.cow].size // table.chunk
    return table.policy != "N" and (chunks - 1) % (table.chunk // _EXCEPTION + 1) == 0


def _back_cow(world: World, table: Snapshot, data: int) -> bool:
    """Take the memory for what is on the COW device; False where there is none."""
    cow = world.blocks.get(table.cow)
    return cow is not None and _fill_to(world, cow, min(_chunks(table, data) * table.chunk, cow.size))


def _fill_to(world: World, block: Block, end: int) -> bool:
    """See that the first `end` bytes of a device have memory behind them."""
    if isinstance(block, Map) and isinstance(block.table, Linear):
        return _fill_parts(world, block.table, end)
    place = block.file if isinstance(block, Loop) else block if isinstance(block, Ram) else None
    if place is None:
        return True
    return _back(world, block, -(-end // PAGE) * PAGE - place.allocated)


def _fill_parts(world: World, table: Linear, end: int) -> bool:
    """One after the other; where one has gone, there is an I/O error."""
    start = 0
    for length, device, offset in table.parts:
        if start < end and (
            device not in world.blocks
            or not _fill_to(world, world.blocks[device], offset + min(end - start, length))
        ):
            return False
        start += length
    return True


def _back(world: World, block: Block, more: int) -> bool:
    """Take `more` bytes of memory for a device that lives in RAM."""
    if more <= 0 or not isinstance(block, Loop | Ram):
        return True
    if isinstance(block, Ram):
        return _take(world, block, more)
    if block.file is None or block.fs is None or not block.fs.has_room(more):
        return False
    if block.fs.in_memory and more > world.available:
        return False
    block.file.allocated += more
    return True


def _take(world: World, ram: Ram, more: int) -> bool:
    if more > world.available:
        return False
    ram.allocated = min(ram.allocated + more, ram.size)
    return True


def _count(block: Block, count: int) -> None:
    block.writes += 1
    block.sectors += -(-count // SECTOR)
    block.version += 1
