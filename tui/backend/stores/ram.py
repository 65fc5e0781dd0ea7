"""The store at the speed of RAM: segments of the kernel's null_blk, joined by a linear map.

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
title = "RAM"
modules = {"null_blk": "the quick store of snapshots"}
pinned = True
_MIB = 1 << 20
"""null_blk counts sizes in these."""
_MOST = 999
"""The largest number that a segment's name has room for."""
Steps = tuple[Step, ...]


def make(name: str, size: int, inventory: Inventory, able: Abilities) -> Made:
    """Steps for a store of `size` bytes, of one segment as yet."""
    before, place, after = _config(name, segments.place(segments.points(inventory.mounts), name))
    load = Step("Load the kernel's module of memory-backed devices", _LOAD, common=True)
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
    steps = (*loads, *before, *_segment(place, first, size), *after, joined)
    return Made(steps, paths.device(_cow(name)), size)


def enlarge(sandbox: Sandbox, _old: int, new: int, udev: bool) -> Steps:
    """All of the last segment, and one more where that is not enough, joined while it is in use. Refused
    where no more can be told apart.
    """
    made: Steps = ()
    joined = [(segment.kname, segment.size) for segment in _joined(sandbox)]
    if (more := new - sum(size for _, size in joined)) > 0:
        last = _next(sandbox)
        before, place, after = _config(sandbox.name, sandbox.config)
        made = (*before, *_segment(place, last, more), *after)
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
    """All segments go, and their memory with them."""
    return _remove(sandbox, [segment.kname for segment in sandbox.segments])


def is_of(sandbox: Sandbox) -> bool:
    """It has segments, or had a place for them."""
    return bool(sandbox.segments) or sandbox.has(paths.CONFIG)


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


def _config(name: str, place: str) -> tuple[Steps, str, Steps]:
    """The steps before and after, and the place, for making or removing segments in configfs: it is mounted
    for that where it is not.
    """
    if place:
        return (), place, ()
    point = paths.of(name, paths.CONFIG)
    mkdir, rmdir = command("mkdir", point), command("rmdir", point)
    mount, umount = command("mount", "-t", "configfs", "sandbox-tui", point), command("umount", point)
    before = (
        Step("Make a place for the kernel's settings", mkdir, rmdir),
        Step("Show them there", mount, umount),
    )
    after = (Step("Hide them again", umount, mount), Step("Remove their place", rmdir, mkdir))
    return before, segments.in_config(point), after


def _segment(place: str, kname: str, size: int) -> Steps:
    """Make a segment of `size` bytes, rounded up to whole MiB, and switch it on."""
    directory = f"{place}/{kname}"
    return (
        Step("Make a device in RAM", command("mkdir", directory), _rmdir(place, kname), undo_if=_free(kname)),
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


def _rmdir(place: str, kname: str) -> Command:
    """Switches it off, too."""
    return command("rmdir", f"{place}/{kname}")


def _remove(sandbox: Sandbox, knames: Sequence[str]) -> Steps:
    """Give segments up, which nothing uses."""
    if not knames:
        return ()
    before, place, after = _config(sandbox.name, sandbox.config)
    steps = (Step(f"Give the memory of {kname} back", _rmdir(place, kname)) for kname in knames)
    return (*before, *steps, *after)


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
