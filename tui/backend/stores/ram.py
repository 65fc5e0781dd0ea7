"""The store of devices in RAM: segments of the kernel's null_blk, joined by a linear map.

A segment's sectors are pages of RAM, taken when they are written, with no thread and no file in between. It
grows by one more segment. Nothing in null_blk tells that a segment is in use: it is switched off only after
the map above it has gone. Its pages are never swapped out, and no control group is charged for them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backend import paths, sizes
from tui.backend.command import command
from tui.backend.errors import Refused
from tui.backend.inventory import segments
from tui.backend.kernel.text import SECTOR
from tui.backend.mapper import dmsetup, remove_command
from tui.backend.plan import Step
from tui.backend.stores.made import Made

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.backend.command import Command
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.abilities import Abilities
    from tui.backend.inventory.sandbox import Sandbox, Sandboxes
    from tui.backend.inventory.segments import Segment

name = "ram"
title = "devices in RAM, the quickest for small writes"
modules = {"null_blk": "the quick store of snapshots"}
pinned = True
_MIB = 1 << 20
"""null_blk counts sizes in these."""
_MOST = 999
"""The largest number that a segment's name has room for."""
Steps = tuple[Step, ...]


def make(name: str, size: int, _inventory: Inventory, able: Abilities) -> Made:
    """Steps for a store of `size` bytes, of one segment as yet."""
    load = Step("Load the kernel's module of devices in RAM", _LOAD, common=True)
    first = paths.segment(name, 1)
    joined = Step(
        "Join what there is of the store: the COW device",
        dmsetup(
            able.udev,
            *("create", _cow(name), "--uuid", paths.uuid(name, "cow"), "--table", _line(0, size, first)),
        ),
        remove_command(_cow(name), able.udev),
    )
    loads = () if able.null_blk else (load,)
    steps = (*loads, *_config(name), *_segment(name, first, size), joined)
    return Made(steps, paths.device(_cow(name)), size)


def enlarge(sandbox: Sandbox, _old: int, new: int, udev: bool) -> Steps:
    """All of the last segment, and one more where that is not enough, joined while it is in use. Refused
    where no more can be told apart.
    """
    made: Steps = ()
    joined = [(segment.kname, segment.size) for segment in _joined(sandbox)]
    if (more := new - sum(size for _, size in joined)) > 0:
        last = _next(sandbox)
        made = (*_open_config(sandbox), *_segment(sandbox.name, last, more))
        joined.append((last, more))
    words = ("load", _cow(sandbox.name))
    join = Step(
        "Prepare to join it to the others",
        replace(dmsetup(udev, *words), input=_table(joined, new)),
        dmsetup(udev, "clear", _cow(sandbox.name)),
    )
    return (*made, join, Step("Switch over to it", dmsetup(udev, "resume", _cow(sandbox.name))))


def settle(sandbox: Sandbox, udev: bool) -> Steps:
    """The segments that are joined stay."""
    joined = _joined(sandbox)
    forget = Step("Forget what was prepared", dmsetup(udev, "clear", _cow(sandbox.name)))
    spare = [segment.kname for segment in sandbox.segments if segment not in joined]
    return (*((forget,) if sandbox.cut else ()), *_remove(sandbox, spare))


def release(sandbox: Sandbox) -> Steps:
    """All segments go, and their memory with them; so does a place that was made again for that."""
    steps = _remove(sandbox, [segment.kname for segment in sandbox.segments])
    if not steps or sandbox.has(paths.CONFIG):
        return steps
    point = paths.of(sandbox.name, paths.CONFIG)
    hide = Step("Hide the settings again", command("umount", point))
    made = paths.CONFIG not in sandbox.entries
    return (*steps, hide, *((Step("Remove their place", command("rmdir", point)),) if made else ()))


def is_of(sandbox: Sandbox) -> bool:
    """It has segments, or a place for them."""
    return bool(sandbox.segments) or paths.CONFIG in sandbox.entries


def cow(sandbox: Sandbox) -> str:
    """All segments as one."""
    return paths.device(_cow(sandbox.name))


def clear(_sandbox: Sandbox) -> Steps:
    """Nothing is left of it that could be taken for something else."""
    return ()


def back(_host: Host, held: int) -> str:
    """All that was written."""
    return f"{sizes.show(held)} of RAM came back." if held else ""


def survey_end(_inventory: Inventory, _gone: Sandboxes, able: Abilities) -> Abilities:
    """Nothing else has to be known."""
    return able


def end(_gone: Sandboxes, _able: Abilities) -> Steps:
    """Nothing is shared."""
    return ()


def notes_of_end(_gone: Sandboxes, _able: Abilities) -> tuple[str, ...]:
    """Nothing stays."""
    return ()


_LOAD = command("modprobe", "null_blk", "nr_devices=0")


def _config(name: str) -> Steps:
    """A place of its own where the kernel shows its settings: it is mounted elsewhere or not, and tells which
    mount namespace a sandbox is of.
    """
    point = paths.of(name, paths.CONFIG)
    make = command("mkdir", "--parents", point)  # of segments of which nothing else is left, too
    place = Step("Make a place for the kernel's settings", make, command("rmdir", point))
    return place, replace(_show(name), undo=command("umount", point))


def _show(name: str) -> Step:
    point = paths.of(name, paths.CONFIG)
    return Step("Show them there", command("mount", "-t", "configfs", "sandbox-tui", point))


def _open_config(sandbox: Sandbox) -> Steps:
    """Show the settings again, where they went with the mount namespace that they were shown in."""
    if sandbox.has(paths.CONFIG):
        return ()
    return (_show(sandbox.name),) if paths.CONFIG in sandbox.entries else _config(sandbox.name)


def _segment(name: str, kname: str, size: int) -> Steps:
    """Make a segment of `size` bytes, rounded up to whole MiB, and switch it on."""
    directory = _directory(name, kname)
    return (
        Step(
            "Make a device in RAM",
            command("mkdir", directory),
            command("rmdir", directory),
            undo_if=_free(kname),
        ),
        Step("Give it sectors of 512 bytes", _set(directory, str(SECTOR), "blocksize")),
        Step("Let what is written stay in memory", _set(directory, "1", "memory_backed")),
        Step("Let it answer at once", _set(directory, "0", "irqmode", "queue_mode")),
        Step("Give it its size in MiB", _set(directory, str(-(-size // _MIB)), "size")),
        Step("Switch it on", _set(directory, "1", "power")),
    )


def _free(kname: str) -> tuple[Command, str]:
    """What tells, and how, that no map is over a segment: the kernel would remove it all the same."""
    devices = "/sys/devices/virtual/block"
    depth = ("-mindepth", "3", "-maxdepth", "3")
    return command("find", devices, *depth, "-path", f"{devices}/{kname}/holders/*"), ""


def _set(directory: str, value: str, *names: str) -> Command:
    files = (f"{directory}/{name}" for name in names)
    return command("tee", *files, input=f"{value}\n", output="/dev/null")


def _directory(name: str, kname: str) -> str:
    return f"{segments.in_config(paths.of(name, paths.CONFIG))}/{kname}"


def _remove(sandbox: Sandbox, knames: Sequence[str]) -> Steps:
    """Give segments up, which nothing uses: removing the directory of one switches it off, too."""
    if not knames:
        return ()
    gone = (
        Step(f"Give the memory of {kname} back", command("rmdir", _directory(sandbox.name, kname)))
        for kname in knames
    )
    return (*_open_config(sandbox), *gone)


def _joined(sandbox: Sandbox) -> list[Segment]:
    """The segments in use."""
    return [segment for segment in sandbox.segments if sandbox.cut and segment.kname in sandbox.cut.slaves]


def _next(sandbox: Sandbox) -> str:
    number = max((segment.number for segment in sandbox.segments), default=0) + 1
    if number > _MOST:
        raise Refused(
            f"The store of {sandbox.name} has grown as often as it can.", "Make a larger one from the start."
        )
    return paths.segment(sandbox.name, number)


def _table(joined: Iterable[tuple[str, int]], size: int) -> str:
    """The table that joins `size` bytes of segments, each with its own size: all but the last are full."""
    lines, start = [], 0
    for kname, length in joined:
        lines.append(_line(start, min(length, size - start), kname))
        start += length
    return "".join(f"{line}\n" for line in lines)


def _line(start: int, length: int, kname: str) -> str:
    return f"{start // SECTOR} {length // SECTOR} linear /dev/{kname} 0"


def _cow(name: str) -> str:
    return f"{name}:cow"
