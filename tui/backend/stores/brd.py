"""The kernel's module of RAM disks: loaded for one sandbox, which has its one disk, and unloaded with it.
Only so do RAM disks give their memory back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.command import command
from tui.backend.plan import Step
from tui.backend.stores import others_data

if TYPE_CHECKING:
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.abilities import Abilities
    from tui.backend.inventory.sandbox import Sandbox, Sandboxes


DISK = "ram0"
_USERS = command("cat", "/sys/module/brd/refcnt")
"""How many have a RAM disk open."""
_LIST = command("lsblk", "--nodeps", "--noheadings", "--raw", "--include", "1", "--output", "NAME")
"""All RAM disks, by their major number: opening the node of one that is not there makes it."""


def load(name: str, size: int) -> tuple[Step, ...]:
    """The steps that load it for a sandbox, with one disk of `size` bytes. They fail where it is loaded."""
    loaded = paths.of(name, paths.LOADED)
    words = ("modprobe", "--first-time", "brd", "rd_nr=1", f"rd_size={-(-size // 1024)}")
    return (
        Step(
            "Load the kernel's RAM disk module",
            command(*words),
            command("modprobe", "--remove", "brd"),
            undo_if=(_LIST, DISK),
        ),
        Step(
            "Note that it is loaded for this one", command("touch", loaded), command("rm", "--force", loaded)
        ),
    )


def is_for(sandbox: Sandbox) -> bool:
    """Whether it was to be loaded for a sandbox: then it goes with it."""
    return _is_noted(sandbox) or (sandbox.record is not None and sandbox.record.brd_loaded)


def disk(sandbox: Sandbox) -> str:
    """The kernel name of the RAM disk below a sandbox's maps, empty for none; also where their tables cannot
    be read.
    """
    told = next(iter(sandbox.cut.slaves), "") if sandbox.cut else sandbox.cow or ""
    below = sandbox.map.slaves if sandbox.map and _is_noted(sandbox) else ()
    return told if told.startswith("ram") else DISK if DISK in below else ""


def survey(inventory: Inventory, gone: Sandboxes, able: Abilities) -> Abilities:
    """The abilities with whose data are on the RAM disks, where the module would go."""
    ours = [sandbox for sandbox in gone if is_for(sandbox)]
    if able.ram_disks is None or not ours:
        return able
    used = {disk(sandbox) for sandbox in inventory.sandboxes}
    left = DISK if any(map(_is_noted, ours)) else ""
    others = others_data.on(inventory.host, able.ram_disks, used, left)
    return replace(able, ram_disks=replace(able.ram_disks, others=others))


def unload(gone: Sandboxes, able: Abilities) -> tuple[Step, ...]:
    """Only if we loaded it, nobody has a RAM disk open, and there is none that was not looked at: that is
    asked by steps, for much can happen while an origin is hashed. The steps are of the sandbox that it was
    loaded for: where they fail, what tells that stays.
    """
    last = [sandbox.name for sandbox in gone if is_for(sandbox)][-1:]
    if not last or able.ram_disks is None or able.ram_disks.others:
        return ()
    known = "\n".join(able.ram_disks.names)
    steps = (
        Step("See whether the RAM disk is used", _USERS, expect="0", condition=True),
        Step("See whether somebody has made another one", _LIST, expect=known, condition=True),
        Step("If not, give its memory back", command("modprobe", "--remove", "brd")),
    )
    return tuple(replace(step, of=last[0], group="RAM_DISKS", common=True) for step in steps)


def notes(gone: Sandboxes, able: Abilities) -> tuple[str, ...]:
    """What to know where it stays because of others."""
    others = able.ram_disks.others if able.ram_disks and any(map(is_for, gone)) else ()
    if not others:
        return ()
    disks = ", ".join(f"/dev/{name}" for name in others)
    note = f"The RAM disks stay, and keep their memory: there may be data of somebody else on {disks}."
    return (f"{note} Unloading the module drops all of it: modprobe --remove brd.",)


def _is_noted(sandbox: Sandbox) -> bool:
    """Whether it was loaded for a sandbox for sure. A record says so before it is done, and somebody else may
    have come first.
    """
    return paths.LOADED in sandbox.entries
