"""The program dmsetup."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate

from tui.backend.host import FileKind
from tui.backend.kernel.text import SECTOR
from tui.backend.practice import storage, tree, use
from tui.backend.practice.blocks import Linear, Map, Snapshot, Table
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.nodes import Special
from tui.backend.practice.programs.arguments import Arguments, parse
from tui.backend.practice.world import World

_FLAGS = "retry readonly noflush nolockfs c/columns noheadings"
_VALUES = "u/uuid table target o/options"
_LARGEST_NAME = 127
_NOT_ROOT = (
    "/dev/mapper/control: open failed: Permission denied\n"
    "Failure to communicate with kernel device-mapper driver."
)


def dmsetup(world: World, words: list[str], data: str, *, own_nodes: bool = False) -> str:
    """Work with maps: `dmsetup COMMAND...`. `own_nodes`: without udev (DM_DISABLE_UDEV=1)."""
    given = parse("dmsetup", words, _FLAGS, _VALUES)
    if not given.operands or given.operands[0] not in _COMMANDS:
        raise NotPractised(f"dmsetup: unknown command {words!r}")
    if not world.root:
        raise Failure(_NOT_ROOT)
    given.options.setdefault("table", data.rstrip("\n"))
    given.options["own-nodes"] = "yes" if own_nodes or world.udev else ""
    return _COMMANDS[given.operands.pop(0)](world, given)


def _create(world: World, given: Arguments) -> str:
    name, uuid = given.one(), given.get("uuid")
    if len(name) > _LARGEST_NAME:
        raise Failure(f"Name invalid: {name}\nCommand failed.")
    if any(name == entry.name or (uuid and uuid == entry.uuid) for entry in world.of(Map)):
        raise _failed("create", f"{name} {uuid}", errno.EBUSY)
    number = _free_number(world)
    table = _table(world, given.get("table"), f"{name} ({number})", number)
    entry = Map(
        kname=f"dm-{number.split(':')[1]}",
        devno=number,
        size=table.length,
        type="dm",
        name=name,
        uuid=uuid,
        table=table,
        read_only="readonly" in given,
        node=bool(given.get("own-nodes")),
    )
    world.blocks[entry.kname] = entry
    world.modules.add("dm_mod")
    storage.open_store(world, entry)
    return ""


def _free_number(world: World) -> str:
    taken = {entry.devno for entry in world.of(Map)}
    return next(devno for n in range(len(taken) + 1) if (devno := f"253:{n}") not in taken)


def _table(world: World, text: str, shown: str, number: str) -> Table:
    """A table from its lines, of which only linear ones can be several."""
    first, *further = [_table_line(world, line, shown, number) for line in text.split("\n")]
    if not further or not isinstance(first, Linear):
        return first
    lines = tuple((line.length, line.device) for line in further if isinstance(line, Linear))
    return replace(first, length=first.length + sum(length for length, _ in lines), further=lines)


def _table_line(world: World, text: str, shown: str, number: str) -> Table:
    """The errors of the kernel for a bad one."""
    words = text.split()
    if len(words) < 3 or not words[0].isdecimal() or not words[1].isdecimal():
        raise Failure("Invalid format on line 1 of table\nCommand failed.")
    length, target, rest = int(words[1]) * SECTOR, words[2], words[3:]
    if target == "linear" and len(rest) == 2:
        return Linear(
            length,
            _lower(world, rest[0], shown, number, "linear: Device lookup failed"),
            int(rest[1]) * SECTOR,
        )
    if target != "snapshot" or len(rest) != 4:
        raise NotPractised(f"dmsetup: the table {text!r} is not practised")
    if "dm_snapshot" not in world.modules:
        if "dm_snapshot" not in world.installed:
            raise _refused(world, shown, number, "snapshot: unknown target type (-EINVAL)", errno.EINVAL)
        world.modules.add("dm_snapshot")
    origin = _lower(world, rest[0], shown, number, "snapshot: Cannot get origin device")
    cow = _lower(world, rest[1], shown, number, "snapshot: Cannot get COW device")
    _check_chunk(world, int(rest[3]) * SECTOR, (origin, cow), shown, number)
    return Snapshot(length, origin, cow, rest[2], int(rest[3]) * SECTOR)


def _lower(world: World, path: str, shown: str, number: str, words: str) -> str:
    """The kernel name of a device below a map, when device-mapper can have it."""
    block = world.device(path)
    node = Special(FileKind.BLOCK, block.kname) if block else tree.find(world, path).node
    if not isinstance(node, Special) or node.kname not in world.blocks:
        raise _refused(world, shown, number, f"{words} (-ENODEV)", errno.EINVAL)
    if use.is_claimed(world, node.kname):
        raise _refused(world, shown, number, f"{words} (-EBUSY)", errno.EBUSY)
    return node.kname


def _check_chunk(world: World, chunk: int, lower: tuple[str, str], shown: str, number: str) -> None:
    if chunk & (chunk - 1) or not chunk:
        raise _refused(world, shown, number, "snapshot: Chunk size is not a power of 2", errno.EINVAL)
    if any(chunk % world.blocks[kname].sector for kname in lower):
        raise _refused(
            world, shown, number, "snapshot: Chunk size is not a multiple of device blocksize", errno.EINVAL
        )


def _remove(world: World, given: Arguments) -> str:
    entry = _entry(world, given.one(), "remove")
    if use.open_count(world, entry.kname):
        raise _failed("remove", f"{entry.name} ", errno.EBUSY)
    storage.close_store(world, entry)
    del world.blocks[entry.kname]
    use.release(world)
    return ""


def _load(world: World, given: Arguments) -> str:
    entry = _entry(world, given.one(), "reload")
    entry.inactive = _table(world, given.get("table"), f"{entry.name} ({entry.devno})", entry.devno)
    return ""


def _clear(world: World, given: Arguments) -> str:
    _entry(world, given.one(), "clear").inactive = None
    return ""


def _suspend(world: World, given: Arguments) -> str:
    _entry(world, given.one(), "suspend").suspended = True
    return ""


def _resume(world: World, given: Arguments) -> str:
    entry = _entry(world, given.one(), "resume")
    entry.suspended = False
    if entry.inactive is not None:
        entry.table, entry.size, entry.inactive = entry.inactive, entry.inactive.length, None
    return ""


def _status(world: World, given: Arguments) -> str:
    """Status of one map, or of all, of one kind of target where asked."""
    chosen = [_entry(world, name, "status") for name in given.operands] or list(world.of(Map))
    lines = []
    for entry in chosen:
        kind = _target(entry.table)
        if given.get("target", kind) == kind:
            tail = (
                f" {storage.status(world, entry, entry.table)}" if isinstance(entry.table, Snapshot) else ""
            )
            prefix = "" if given.operands else f"{entry.name}: "
            lines.append(f"{prefix}0 {entry.size // SECTOR} {kind}{tail}")
    return "".join(f"{line}\n" for line in lines)


def _show_table(world: World, given: Arguments) -> str:
    """The table of one map, or of all, of one kind of target where asked."""
    if given.operands:
        return f"{_line(world, _entry(world, given.one(), 'table'))}\n"
    wanted = (
        entry for entry in world.of(Map) if given.get("target", _target(entry.table)) == _target(entry.table)
    )
    return "".join(f"{entry.name}: {_line(world, entry)}\n" for entry in wanted)


def _line(world: World, entry: Map) -> str:
    devnos = [block.devno if (block := world.blocks.get(name)) else "0:0" for name in entry.below]
    table = entry.table
    if isinstance(table, Linear):
        starts = accumulate((length for length, _, _ in table.parts), initial=0)
        return "\n".join(
            f"{start // SECTOR} {length // SECTOR} linear {devno} {offset // SECTOR}"
            for start, devno, (length, _, offset) in zip(starts, devnos, table.parts, strict=False)
        )
    tail = f"{devnos[0]} {devnos[1]} {table.policy} {table.chunk // SECTOR}"
    return f"0 {entry.size // SECTOR} {_target(table)} {tail}"


def _info(world: World, given: Arguments) -> str:
    """Facts in columns: `info -c --noheadings -o FIELDS [NAME]`."""
    if "columns" not in given or "noheadings" not in given:
        raise NotPractised("dmsetup: only info -c --noheadings is practised")
    chosen = [_entry(world, name, "info") for name in given.operands] or list(world.of(Map))
    fields: dict[str, Callable[[Map], str]] = {
        "name": lambda entry: entry.name,
        "uuid": lambda entry: entry.uuid,
        "open": lambda entry: str(use.open_count(world, entry.kname)),
        "suspended": lambda entry: "Suspended" if entry.suspended else "Active",
    }
    wanted = given.get("options", "name,open").split(",")
    return "".join(":".join(fields[name](entry) for name in wanted) + "\n" for entry in chosen)


def _targets(world: World, _given: Arguments) -> str:
    versions = {"snapshot": "v1.16.0"} if "dm_snapshot" in world.modules else {}
    return "".join(f"{name:17}{version}\n" for name, version in {**versions, "linear": "v1.4.0"}.items())


def _version(_world: World, _given: Arguments) -> str:
    return "Library version:   1.02.185 (2022-05-18)\nDriver version:    4.47.0\n"


def _target(table: Table) -> str:
    return "linear" if isinstance(table, Linear) else "snapshot"


def _entry(world: World, name: str, verb: str) -> Map:
    entry = world.map(name.removeprefix("/dev/mapper/"))
    if entry is None and verb in ("status", "table", "info"):
        raise Failure(f"Device {name} not found\nCommand failed.")
    if entry is None:
        raise _failed(verb, f"{name} ", errno.ENXIO)
    return entry


def _refused(world: World, shown: str, number: str, line: str, code: int) -> Failure:
    world.log.append(f"device-mapper: table: {number}: {line}")
    return _failed("reload", shown, code)


def _failed(verb: str, what: str, code: int) -> Failure:
    return Failure(f"device-mapper: {verb} ioctl on {what} failed: {os.strerror(code)}\nCommand failed.")


_COMMANDS: dict[str, Callable[[World, Arguments], str]] = {
    "create": _create,
    "remove": _remove,
    "load": _load,
    "reload": _load,
    "clear": _clear,
    "suspend": _suspend,
    "resume": _resume,
    "status": _status,
    "table": _show_table,
    "info": _info,
    "targets": _targets,
    "version": _version,
}
