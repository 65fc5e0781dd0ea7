"""The store of the 2008 recipe: a RAM disk of the kernel's brd module.

All RAM disks have one size, set when the module is loaded, and give their memory back only
when it is unloaded. So the module is loaded with RAM disks as large as the memory (pages
are taken when they are written), and a linear map cuts from one what was promised. The
classic recipe takes /dev/ram0 itself.
"""

from dataclasses import replace

from tui.backend import origins, paths
from tui.backend.command import Command, command
from tui.backend.engines.snapshot import dmsetup, remove_command
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.devices import Device
from tui.backend.kernel_text import SECTOR
from tui.backend.plan import Step
from tui.backend.stores import Store

_COUNT = 16


def make(name: str, size: int, inventory: Inventory, abilities: Abilities) -> Store:
    """Steps for a store of `size` bytes cut from a free RAM disk."""
    load = _load(_COUNT, inventory.memory.total) if abilities.ram_disks is None else ()
    disk = "/dev/ram0" if load else _free(inventory, size).path
    cow = paths.device(f"{name}:cow")
    cut = f"0 {size // SECTOR} linear {disk} 0"
    return Store(
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


def probed(host: Host, inventory: Inventory) -> Inventory:
    """The reading with what is on the RAM disks, into which udev does not look."""
    return inventory.knowing(tuple(_probed(host, device) for device in inventory.devices))


def _probed(host: Host, device: Device) -> Device:
    if not device.kname.startswith("ram") or device.fstype:
        return device
    return replace(device, fstype=origins.probe(host, device.path))


def make_classic(size: int, inventory: Inventory, abilities: Abilities) -> tuple[Store, int]:
    """The recipe's store, /dev/ram0 as it is, and its size in bytes (that of a loaded brd)."""
    if abilities.ram_disks is None:
        return Store(_load(1, size), "/dev/ram0", brd_loaded=True), size
    disk = _free(inventory, size, only="ram0")
    return Store((), disk.path, brd_loaded=_ours(inventory)), disk.size


def grow(name: str, new: int, disk: str, udev: bool) -> tuple[Step, ...]:
    """Steps that enlarge the cut to `new` bytes while it is in use."""
    helper = f"{name}:cow"
    return (
        Step(
            "Prepare the larger cut",
            dmsetup(udev, "load", helper, "--table", f"0 {new // SECTOR} linear {disk} 0"),
            dmsetup(udev, "clear", helper),
        ),
        Step(
            "Switch over to it",
            dmsetup(udev, "resume", helper),
        ),
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
