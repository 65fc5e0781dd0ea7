"""The store of the 2008 recipe: a RAM disk of the kernel's brd module.

Its disks have one size, set when the module is loaded, and give their memory back only when it is unloaded.
So it is loaded for one sandbox at a time, with one disk as large as the memory (pages are taken when they are
written), and a linear map cuts from that what was promised. The classic recipe takes /dev/ram0 itself.
"""

from tui.backend import lenient, paths
from tui.backend.command import command
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.text import SECTOR
from tui.backend.mapper import dmsetup, remove_command
from tui.backend.plan import Step
from tui.backend.stores import brd
from tui.backend.stores.made import Made

name = "ramdisk"
title = "RAM disk"
modules = {"brd": "RAM disks: --store ramdisk, --classic"}
pinned = True


def make(name: str, size: int, inventory: Inventory, abilities: Abilities) -> Made:
    """Steps for a store of `size` bytes cut from the RAM disk."""
    _check_free(inventory, abilities)
    cut = f"0 {size // SECTOR} linear /dev/{brd.DISK} 0"
    words = ("create", f"{name}:cow", "--uuid", paths.uuid(name, "cow"), "--table", cut)
    steps = (
        *brd.load(name, inventory.memory.total),
        Step(
            "Cut the promised size from the RAM disk: the COW device",
            dmsetup(abilities.udev, *words),
            remove_command(f"{name}:cow", abilities.udev),
        ),
    )
    return Made(steps, paths.device(f"{name}:cow"), size, loads=True)


def make_classic(name: str, size: int, inventory: Inventory, abilities: Abilities) -> Made:
    """The recipe's store: /dev/ram0 as it is, of the size that is asked for."""
    _check_free(inventory, abilities)
    return Made(brd.load(name, size), f"/dev/{brd.DISK}", size, loads=True)


def enlarge(sandbox: Sandbox, _old: int, new: int, udev: bool) -> tuple[Step, ...]:
    """A larger cut of the same disk. Refused for a whole one."""
    cut = sandbox.cut
    if cut is None:
        raise Refused(
            f"{sandbox.name} lives on a whole RAM disk, as the classic recipe has it; that cannot grow.",
            "Make it larger from the start, or use the default store.",
        )
    table = f"0 {new // SECTOR} linear /dev/{cut.slaves[0]} 0"
    return (
        Step(
            "Prepare the larger cut",
            dmsetup(udev, "load", cut.name, "--table", table),
            dmsetup(udev, "clear", cut.name),
        ),
        Step("Switch over to it", dmsetup(udev, "resume", cut.name)),
    )


def settle(sandbox: Sandbox, udev: bool) -> tuple[Step, ...]:
    """The cut in use stays."""
    if sandbox.cut is None:
        return ()
    return (Step("Forget the cut that was prepared", dmsetup(udev, "clear", sandbox.cut.name)),)


def clear(sandbox: Sandbox) -> tuple[Step, ...]:
    """What is left on a RAM disk must not look like somebody's data, nor like an exception store in use."""
    used = brd.disk(sandbox)
    if not used:
        return ()
    header = paths.device(f"{sandbox.name}:cow") if sandbox.cut else f"/dev/{used}"
    words = ("dd", "if=/dev/zero", f"of={header}", "bs=4096", "count=1", "conv=fsync", "status=none")
    return (Step("Clear the header on its RAM disk", command(*words)),)


def is_of(sandbox: Sandbox) -> bool:
    """A RAM disk, or a cut of one, is its COW device."""
    return sandbox.cut is not None or bool(brd.disk(sandbox))


def cow(sandbox: Sandbox) -> str:
    """The cut of a RAM disk; a whole one cannot grow, and is not asked for it."""
    return paths.device(f"{sandbox.name}:cow")


def release(_sandbox: Sandbox) -> tuple[Step, ...]:
    """Nothing else of it is left then."""
    return ()


def back(host: Host, held: int) -> str:
    """All of it or none."""
    if host.kind("/sys/module/brd") is None:
        return "The RAM disk is gone, and its RAM came back." if held else ""
    disks = ", ".join(name for name in lenient.names(host, "/sys/block") if name.startswith("ram"))
    return (
        "The RAM of RAM disks comes back when the kernel's module brd is unloaded, with all that is on"
        f" {disks or 'them'}: modprobe --remove brd."
    )


survey_end, end, notes_of_end = brd.survey, brd.unload, brd.notes


def _check_free(inventory: Inventory, abilities: Abilities) -> None:
    """Refused where brd is loaded."""
    if abilities.ram_disks is None:
        return
    has = next((sandbox.name for sandbox in inventory.sandboxes if brd.is_for(sandbox)), "")
    if has:
        raise Refused(
            f"The RAM disk is that of the sandbox {has}: only one at a time can have it.",
            "Choose the tmpfs store, or remove that sandbox first.",
        )
    raise Refused(
        "The kernel's module brd is loaded already: what is on its RAM disks may be somebody's.",
        "Choose the tmpfs store; or, if nothing on them is wanted, unload it: modprobe --remove brd.",
    )
