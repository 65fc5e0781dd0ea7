"""The store of the 2008 recipe: a RAM disk of the kernel's brd module.

All RAM disks have one size, set when the module is loaded, and give their memory back only
when it is unloaded. So the module is loaded with RAM disks as large as the memory (pages
are taken when they are written), and a linear map cuts from one what was promised. The
classic recipe takes /dev/ram0 itself.
"""

from dataclasses import replace

from tui.backend import origins, paths
from tui.backend.command import Command, command
from tui.backend.errors import Refused
from tui.backend.exception_store import TRANSIENT
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.devices import Device
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.kernel_text import SECTOR
from tui.backend.mapper import dmsetup, remove_command
from tui.backend.plan import Step
from tui.backend.stores.made import Made

title = "RAM disk"
gives_back = False
_COUNT = 16


def make(name: str, size: int, inventory: Inventory, abilities: Abilities) -> Made:
    """Steps for a store of `size` bytes cut from a free RAM disk."""
    load = _load(_COUNT, inventory.memory.total) if abilities.ram_disks is None else ()
    disk = "/dev/ram0" if load else _free(inventory, size).path
    cow = paths.device(f"{name}:cow")
    cut = f"0 {size // SECTOR} linear {disk} 0"
    return Made(
        steps=(
            *load,
            *_unlock(disk, inventory),
            Step(
                "Cut the promised size from the RAM disk: the COW device",
                dmsetup(
                    abilities.udev, "create", f"{name}:cow", "--uuid", paths.uuid(name, "cow"), "--table", cut
                ),
                remove_command(f"{name}:cow", abilities.udev),
            ),
            Step(
                "Clear its header, so that no older exception store is taken for ours",
                wipe(cow),
            ),
        ),
        cow=cow,
        size=size,
        brd_loaded=bool(load) or _ours(inventory),
    )


def wipe(path: str) -> Command:
    """Clear what tells what is on a device."""
    return command("dd", "if=/dev/zero", f"of={path}", "bs=4096", "count=1", "conv=fsync", "status=none")


def lock(*disks: str) -> Command:
    """Keep people from putting something on RAM disks that go with the last sandbox: whoever makes one
    writable all the same is seen to have done so (`others_data`).
    """
    return command("blockdev", "--setro", *disks)


def unlock(*disks: str) -> Command:
    """Let RAM disks be written to."""
    return command("blockdev", "--setrw", *disks)


def _unlock(disk: str, inventory: Inventory) -> tuple[Step, ...]:
    if not any(device.path == disk and device.read_only for device in inventory.devices):
        return ()
    return (Step("Let the RAM disk be written to", unlock(disk), lock(disk)),)


def survey(host: Host, inventory: Inventory) -> Inventory:
    """What is on the RAM disks, into which udev does not look."""
    return inventory.knowing(tuple(_probed(host, device) for device in inventory.devices))


def _probed(host: Host, device: Device) -> Device:
    if not device.kname.startswith("ram") or device.fstype:
        return device
    return replace(device, fstype=origins.probe(host, device.path))


def make_classic(size: int, inventory: Inventory, abilities: Abilities) -> Made:
    """The recipe's store, /dev/ram0 as it is: where brd is loaded, of the size that this has."""
    if abilities.ram_disks is None:
        return Made(_load(1, size), "/dev/ram0", size, brd_loaded=True)
    disk = _free(inventory, size, only="ram0")
    return Made((), disk.path, disk.size, brd_loaded=_ours(inventory))


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


def disks(sandbox: Sandbox) -> set[str]:
    """The kernel names of the RAM disks that a sandbox uses."""
    below = (name for entry in (sandbox.map, *sandbox.helpers) if entry for name in entry.slaves)
    record = sandbox.record
    classic = record is not None and record.store == "ramdisk" and record.policy == TRANSIENT
    return {*(name for name in below if name.startswith("ram")), *(("ram0",) if classic else ())}


def clear(sandbox: Sandbox) -> tuple[Step, ...]:
    """A RAM disk with an old exception store on it would look as if it were still in use."""
    whole = sandbox.cow if sandbox.cow and sandbox.cow.startswith("ram") else None
    if not whole and sandbox.cut is None:
        return ()
    used = sorted(f"/dev/{name}" for name in disks(sandbox))
    ours = used and sandbox.record is not None and sandbox.record.brd_loaded
    header = f"/dev/{whole}" if whole else paths.device(f"{sandbox.name}:cow")
    wiped = Step("Clear the header on its RAM disk", wipe(header))
    if not ours:
        return (wiped,)
    # an interrupted removal may have come to the last of these
    return (
        Step("Let its RAM disk be written to", unlock(*used)),
        wiped,
        Step("Keep its RAM disk empty", lock(*used)),
    )


def _load(count: int, size: int) -> tuple[Step, ...]:
    load = Step(
        "Load the kernel's RAM disk module",
        command("modprobe", "brd", f"rd_nr={count}", f"rd_size={-(-size // 1024)}"),
        command("modprobe", "--remove", "brd"),
    )
    further = tuple(f"/dev/ram{number}" for number in range(1, count))
    return (load, Step("Keep the other RAM disks empty", lock(*further))) if further else (load,)


def _free(inventory: Inventory, size: int, only: str = "") -> Device:
    """A RAM disk that nobody uses and that holds nothing known."""
    disks = [device for device in inventory.devices if device.kname.startswith("ram")]
    disks = [device for device in disks if not only or device.kname == only]
    unused = [d for d in disks if d.verdict.ready and not d.holders and not d.fstype and not d.children]
    if not unused:
        raise Refused(
            f"Every RAM disk ({only or len(disks)}) is in use.",
            "Choose the tmpfs store, or remove what uses the RAM disks.",
        )
    large = [disk for disk in unused if disk.size >= size]
    if not large:
        raise Refused(
            f"The RAM disks of this machine have {unused[0].size} bytes each; {size} are wanted.",
            "Choose the tmpfs store, a smaller size, or unload the module: modprobe --remove brd.",
        )
    return large[0]


def _ours(inventory: Inventory) -> bool:
    """Whether another sandbox made us load brd; the last one unloads it."""
    return any(sandbox.record is not None and sandbox.record.brd_loaded for sandbox in inventory.sandboxes)
