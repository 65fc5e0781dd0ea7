"""What `lsblk --json --bytes` prints (columns: lsblk(8))."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.backend.kernel.text import number

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = (
    "NAME,KNAME,PATH,MAJ:MIN,SIZE,LOG-SEC,TYPE,FSTYPE,LABEL,UUID,PARTLABEL,PARTUUID,"
    "VENDOR,MODEL,SERIAL,WWN,TRAN,RO,RM,MOUNTPOINTS"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block device. `size` and `sector` (logical block) are in bytes; `parents` and `children` are kernel
    names; `mounts` are mount points here. Texts come from the device: data, never markup.
    """

    path: str
    kname: str
    devno: str
    size: int
    sector: int
    type: str
    fstype: str = ""
    label: str = ""
    uuid: str = ""
    partlabel: str = ""
    partuuid: str = ""
    model: str = ""
    serial: str = ""
    wwn: str = ""
    transport: str = ""
    read_only: bool = False
    removable: bool = False
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()


def parse(text: str) -> tuple[Block, ...]:
    """Devices, parents before their children; one that hangs below several parents comes once.
    Empty for a text that is not lsblk's.
    """
    found: dict[str, dict[str, Any]] = {}
    parents: dict[str, list[str]] = {}
    for parent, node in _walk(_nodes(text), ""):
        kname = _text(node, "kname")
        found.setdefault(kname, node)
        parents.setdefault(kname, []).extend([parent] if parent else [])
    return tuple(_block(node, tuple(parents[kname])) for kname, node in found.items())


def _nodes(text: str) -> list[dict[str, Any]]:
    try:
        said: Any = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return _dicts(said.get("blockdevices")) if isinstance(said, dict) else []


def _dicts(found: object) -> list[dict[str, Any]]:
    return [node for node in found if isinstance(node, dict)] if isinstance(found, list) else []


def _walk(nodes: list[dict[str, Any]], parent: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for node in nodes:
        yield parent, node
        yield from _walk(_dicts(node.get("children")), _text(node, "kname"))


def _block(node: dict[str, Any], parents: tuple[str, ...]) -> Block:
    points = node.get("mountpoints")
    return Block(
        path=_text(node, "path"),
        kname=_text(node, "kname"),
        devno=_text(node, "maj:min"),
        size=_number(node, "size"),
        sector=_number(node, "log-sec") or 512,
        type=_type(node),
        fstype=_text(node, "fstype"),
        label=_text(node, "label"),
        uuid=_text(node, "uuid"),
        partlabel=_text(node, "partlabel"),
        partuuid=_text(node, "partuuid"),
        model=f"{_text(node, 'vendor')} {_text(node, 'model')}".strip(" "),
        serial=_text(node, "serial"),
        wwn=_text(node, "wwn"),
        transport=_text(node, "tran"),
        read_only=_flag(node, "ro"),
        removable=_flag(node, "rm"),
        parents=parents,
        children=tuple(_text(child, "kname") for child in _dicts(node.get("children"))),
        mounts=tuple(str(point) for point in points if point) if isinstance(points, list) else (),
    )


def _type(node: dict[str, Any]) -> str:
    """The type; lsblk calls a map by the first word of its UUID, ours `sandbox`."""
    found = _text(node, "type")
    return "dm" if found == "sandbox" else found


def _text(node: dict[str, Any], key: str) -> str:
    return str(node.get(key) or "").strip(" ")


def _flag(node: dict[str, Any], key: str) -> bool:
    return node.get(key) in (True, 1, "1")


def _number(node: dict[str, Any], key: str) -> int:
    """Before util-linux 2.33 numbers are in quotes."""
    return number(str(node.get(key))) or 0
