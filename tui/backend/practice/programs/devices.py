"""The programs lsblk, blkid and blockdev."""

import json
from typing import Any

from tui.backend.kernel.text import SECTOR
from tui.backend.practice import devfs, storage, tree
from tui.backend.practice.blocks import Block, Disk, Map
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.nodes import Content, File, Special
from tui.backend.practice.programs.arguments import parse
from tui.backend.practice.world import World


def lsblk(world: World, words: list[str], _: str) -> str:
    """List devices: `lsblk --json --bytes --output COLUMNS` with `--all`, or with `--nodeps` and some; or one
    with `--nodeps --noheadings --raw`, or those of a major number: `--include 1`.
    """
    flags = "J/json b/bytes a/all d/nodeps n/noheadings r/raw"
    given = parse("lsblk", words, flags=flags, values="o/output I/include")
    if "include" in given and "nodeps" in given:
        names = (block.kname for block in world.blocks.values())
        major = f"{given.get('include')}:"
        return "".join(f"{name}\n" for name in names if world.blocks[name].devno.startswith(major))
    if "raw" in given and "nodeps" in given and "noheadings" in given:
        block = _block(world, given.one(), "lsblk: {}: not a block device", 32)
        return (
            " ".join(str(_row(world, block)[column.lower()]) for column in given.get("output").split(","))
            + "\n"
        )
    columns = given.get("output").lower().split(",")
    if {"json", "bytes", "nodeps"} <= set(given.options) and given.operands:
        some = [_block(world, path, "lsblk: {}: not a block device", 32) for path in given.operands]
        return json.dumps({"blockdevices": [_shown(world, block, columns) for block in some]}, indent=3)
    if not {"json", "bytes", "all"} <= set(given.options) or given.operands:
        raise NotPractised("lsblk: bad usage")
    return json.dumps({"blockdevices": _nodes(world, columns)}, indent=3)


def _nodes(world: World, columns: list[str]) -> list[dict[str, Any]]:
    """All devices as lsblk nests them: what lies on a device hangs below it."""
    lower: dict[str, list[str]] = {}
    for block in world.blocks.values():
        parents = (
            (block.parent,) if isinstance(block, Disk) else block.below if isinstance(block, Map) else ()
        )
        for parent in parents:
            lower.setdefault(parent, []).append(block.kname)
    below = {name for parent, names in lower.items() if parent in world.blocks for name in names}

    def node(kname: str) -> dict[str, Any]:
        """A device with all that hangs below it."""
        shown = _shown(world, world.blocks[kname], columns)
        children = [node(name) for name in lower.get(kname, ())]
        return {**shown, "children": children} if children else shown

    return [node(kname) for kname in world.blocks if kname not in below]


def _shown(world: World, block: Block, columns: list[str]) -> dict[str, Any]:
    row = _row(world, block)
    return {column: row[column] for column in columns}


def _row(world: World, block: Block) -> dict[str, Any]:
    found = None if _is_dark(world, block) else storage.content(world, block.kname)
    disk = block if isinstance(block, Disk) else None
    whole = world.blocks.get(disk.parent, disk) if disk else None
    whole = whole if isinstance(whole, Disk) else None
    return {
        "name": block.name if isinstance(block, Map) else block.kname,
        "kname": block.kname,
        "path": devfs.path_of(block),
        "maj:min": block.devno,
        "size": block.size,
        "log-sec": block.sector,
        "type": block.type,
        "fstype": found.fstype if found else None,
        "label": (found.label or None) if found else None,
        "uuid": (found.uuid or None) if found else None,
        "partlabel": (disk.partlabel or None) if disk else None,
        "partuuid": (disk.partuuid or None) if disk else None,
        "vendor": None,
        "model": (disk.model or None) if disk else None,
        "serial": (disk.serial or None) if disk and not disk.parent else None,
        "wwn": (whole.wwn or None) if whole else None,
        "tran": (disk.transport or None) if disk else None,
        "ro": block.read_only,
        "rm": disk.removable if disk else False,
        "mountpoints": _mountpoints(world, block),
    }


def _is_dark(world: World, block: Block) -> bool:
    """Where lsblk has no file system to show: udev looks into neither RAM disks nor sandboxes,
    and without udev and root nobody may look.
    """
    if world.udev:
        return block.kname.startswith("ram") or devfs.is_hidden(world, block)
    return not world.root


def _mountpoints(world: World, block: Block) -> list[str | None]:
    points: list[str | None] = [mount.point for mount in world.mounted(block.kname)]
    return [*points, "[SWAP]"] if block.kname in world.swaps else points or [None]


def blkid(world: World, words: list[str], _: str) -> str:
    """Tell what is on a device: `blkid --probe --match-tag TAG --output value FILE`; exit
    status 2 when nothing is found.
    """
    given = parse("blkid", words, flags="p/probe", values="s/match-tag o/output")
    if "probe" not in given or given.get("output") != "value":
        raise NotPractised("blkid: bad usage")
    path = given.one()
    node = tree.find(world, path).node
    if node is None:
        raise Failure(f"blkid: error: {path}: No such file or directory", 2)
    if isinstance(node, Special) and not world.root:
        raise Failure(f"blkid: error: {path}: Permission denied", 2)
    value = _tag(_content(world, node), given.get("match-tag"))
    if not value:
        raise Failure("", 2)
    return f"{value}\n"


def _content(world: World, node: object) -> Content | None:
    if isinstance(node, File):
        return node.content
    return storage.content(world, node.kname) if isinstance(node, Special) else None


def _tag(content: Content | None, tag: str) -> str:
    if content is None:
        return ""
    hybrid = content.fstype == "iso9660" and content.tree is not None and content.tree.get("boot") is not None
    known = {"TYPE": content.fstype, "LABEL": content.label, "UUID": content.uuid}
    return {**known, "PTTYPE": "PMBR" if hybrid else ""}.get(tag, "")


def blockdev(world: World, words: list[str], _: str) -> str:
    """Ask a device: `blockdev --getsize64 | --getsz | --getss | --getro DEVICE...`, or make it
    read-only (`--setro`) or writable again (`--setrw`).
    """
    given = parse("blockdev", words, flags="getsize64 getsz getss getro setro setrw flushbufs rereadpt")
    return "".join(_ask(world, path, list(given.options)) for path in given.operands)


def _ask(world: World, path: str, options: list[str]) -> str:
    block = _block(world, path, "blockdev: cannot open {}: No such file or directory", 1)
    if not world.root:
        raise Failure(f"blockdev: cannot open {path}: Permission denied")
    if {"setro", "setrw"} & set(options):
        block.read_only = "setro" in options
    answers = {
        "getsize64": block.size,
        "getsz": block.size // SECTOR,
        "getss": block.sector,
        "getro": int(block.read_only),
    }
    return "".join(f"{answers[name]}\n" for name in options if name in answers)


def _block(world: World, path: str, words: str, status: int) -> Block:
    node = tree.find(world, path).node
    if not isinstance(node, Special) or node.kname not in world.blocks:
        raise Failure(words.format(path), status)
    return world.blocks[node.kname]
