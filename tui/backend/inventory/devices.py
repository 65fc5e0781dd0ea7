"""Block devices as lsblk(8) tells them, completed from /sys and /proc."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tui.backend.errors import CommandFailed
from tui.backend.host import Host
from tui.backend.kernel_text import number
from tui.backend.problem import Code, Problem

COLUMNS = (
    "NAME,KNAME,PATH,MAJ:MIN,SIZE,LOG-SEC,TYPE,FSTYPE,LABEL,UUID,PARTLABEL,PARTUUID,"
    "VENDOR,MODEL,SERIAL,WWN,TRAN,RO,RM,MOUNTPOINTS"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a device cannot be an origin, None where it can; `note` is then what to know, in a few words."""

    problem: Problem | None = None
    note: str = "ready"

    @property
    def ready(self) -> bool:
        """Whether it can be an origin."""
        return self.problem is None

    @property
    def ours(self) -> bool:
        """Whether it is a sandbox, or a part of one."""
        return self.problem is not None and self.problem.code is Code.OURS

    @property
    def reason(self) -> str:
        """Why not, or what else to know."""
        return self.problem.cause if self.problem else self.note


@dataclass(frozen=True, slots=True)
class Device:
    """One block device.

    `size` and `sector` (logical block) are in bytes; `parents`, `children` and `holders`
    are kernel names; `mounts` are mount points here; `file` is a loop's backing file;
    `diskseq` is the kernel's number for this very disk (its parent's for a partition),
    None before Linux 5.15. Texts come from the device: data, never markup.
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
    holders: tuple[str, ...] = ()
    file: str = ""
    diskseq: int | None = None
    verdict: Verdict = Verdict(Problem(Code.UNFIT, "unknown"))

    @property
    def identity(self) -> str:
        """What tells this disk from another one of the same name: the best the device offers."""
        return self.wwn or self.serial or self.partuuid or self.uuid


def read(host: Host) -> tuple[Device, ...]:
    """Every block device, parents before their children; the verdict is not yet made.

    Raises CommandFailed when lsblk is missing or fails.
    """
    try:
        text = host.run(["lsblk", "--json", "--bytes", "--all", "--output", COLUMNS], timeout=30)
    except CommandFailed as error:
        if "lsblk: failed to access sysfs directory" in error.message:
            return ()  # a machine without any block device
        raise
    return tuple(_complete(host, device) for device in parse(text) if device.size or device.type == "rom")


def parse(text: str) -> tuple[Device, ...]:
    """Devices from lsblk's JSON; one that hangs below several parents comes once."""
    found: dict[str, Device] = {}
    for parent, node in _walk(json.loads(text).get("blockdevices", []), ""):
        kname = _text(node, "kname")
        device = found.get(kname) or _device(node)
        found[kname] = replace(device, parents=(*device.parents, parent) if parent else device.parents)
    return tuple(found.values())


def _walk(nodes: list[dict[str, Any]], parent: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for node in nodes:
        yield parent, node
        yield from _walk(node.get("children", []), _text(node, "kname"))


def _device(node: dict[str, Any]) -> Device:
    return Device(
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
        read_only=bool(node.get("ro")),
        removable=bool(node.get("rm")),
        children=tuple(_text(child, "kname") for child in node.get("children", [])),
        mounts=tuple(point for point in node.get("mountpoints") or [] if point),
    )


def _type(node: dict[str, Any]) -> str:
    """The type; lsblk calls a map by the first word of its UUID, ours `sandbox`."""
    found = _text(node, "type")
    return "dm" if found == "sandbox" else found


def _text(node: dict[str, Any], key: str) -> str:
    return str(node.get(key) or "").strip(" ")


def _number(node: dict[str, Any], key: str) -> int:
    return int(node.get(key) or 0)


def _complete(host: Host, device: Device) -> Device:
    base = f"/sys/class/block/{device.kname}"
    return replace(
        device,
        holders=_listdir(host, f"{base}/holders"),
        diskseq=_diskseq(host, base),
    )


def _diskseq(host: Host, base: str) -> int | None:
    text = _read(host, f"{base}/diskseq") or _read(host, f"{base}/../diskseq")
    return number(text)


def _listdir(host: Host, path: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(host.listdir(path)))
    except OSError:
        return ()


def _read(host: Host, path: str) -> str:
    try:
        return host.read(path).removesuffix("\n")
    except OSError:
        return ""
