"""Block devices as lsblk(8) tells them, completed from /sys and /proc."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from tui.backend import lenient
from tui.backend.errors import CommandFailed
from tui.backend.host import Host
from tui.backend.inventory import related
from tui.backend.inventory.loops import Loop
from tui.backend.inventory.mounts import Shown
from tui.backend.kernel import lsblk
from tui.backend.kernel.lsblk import Block
from tui.backend.kernel.mountinfo import Mount
from tui.backend.kernel.text import number
from tui.backend.problem import Code, Problem

_LSBLK = ("lsblk", "--json", "--bytes", "--output", lsblk.COLUMNS)
_TOLD = tuple(field.name for field in fields(Block))


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
class Device(Block):
    """A block device: what lsblk tells of it; `holders` are kernel names; `file` is a loop's backing file;
    `diskseq` is the kernel's number for this very disk (its parent's for a partition),
    None before Linux 5.15.
    """

    holders: tuple[str, ...] = ()
    file: str = ""
    diskseq: int | None = None
    verdict: Verdict = Verdict(Problem(Code.UNFIT, "unknown"))

    @property
    def identity(self) -> str:
        """What tells this disk from another one of the same name: the best the device offers."""
        return self.wwn or self.serial or self.partuuid or self.uuid


def read(host: Host, mounted: Iterable[Mount], bound: Iterable[Loop]) -> tuple[Device, ...]:
    """Every block device, parents before their children; the verdict is not yet made. What is `mounted`, and
    the loop devices that are `bound`, is of the same moment.

    Raises CommandFailed when lsblk is missing or fails.
    """
    try:
        text = host.run([*_LSBLK, "--all"], timeout=30)
    except CommandFailed as error:
        if "lsblk: failed to access sysfs directory" in error.message:
            return ()  # a machine without any block device
        raise
    return _parsed(host, text, mounted, bound)


def some(
    host: Host, knames: tuple[str, ...], mounted: Iterable[Mount], bound: Iterable[Loop]
) -> tuple[Device, ...]:
    """The devices of these kernel names, and no others. CommandFailed also where one has no node."""
    text = host.run([*_LSBLK, "--nodeps", *(f"/dev/{kname}" for kname in knames)], timeout=30)
    found = _parsed(host, text, mounted, bound)
    return tuple(
        replace(one, parents=related.below(host, one.kname), children=related.above(host, one.kname))
        for one in found
    )


def _parsed(host: Host, text: str, mounted: Iterable[Mount], bound: Iterable[Loop]) -> tuple[Device, ...]:
    shown, files = Shown(mounted), {loop.kname: loop.file for loop in bound}
    blocks = (block for block in lsblk.parse(text) if block.size or block.type == "rom")
    return tuple(
        _complete(host, block, _points(block, shown), files.get(block.kname, "")) for block in blocks
    )


def _complete(host: Host, block: Block, points: tuple[str, ...], file: str) -> Device:
    base = f"/sys/class/block/{block.kname}"
    told = {name: getattr(block, name) for name in _TOLD}
    return Device(
        **{**told, "mounts": points},
        holders=lenient.names(host, f"{base}/holders"),
        file=file,
        diskseq=_diskseq(host, base),
    )


def _points(block: Block, shown: Shown) -> tuple[str, ...]:
    """Where a device is mounted. What lsblk says goes by the source too, which anybody may choose."""
    nodes = (block.path, f"/dev/{block.kname}")
    swap = tuple(point for point in block.mounts if point == "[SWAP]")
    return (*swap, *(mount.mountpoint for mount in shown.of(block.devno, nodes)))


def _diskseq(host: Host, base: str) -> int | None:
    text = lenient.text(host, f"{base}/diskseq") or lenient.text(host, f"{base}/../diskseq")
    return number(text)
