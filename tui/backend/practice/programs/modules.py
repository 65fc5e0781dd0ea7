"""The programs modprobe, rmmod and udevadm."""

from tui.backend.practice import use
from tui.backend.practice.blocks import Null, Ram
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.programs.arguments import parse
from tui.backend.practice.world import World


def modprobe(world: World, words: list[str], _: str) -> str:
    """Load or unload a module: `modprobe [--remove] MODULE [NAME=VALUE...]`."""
    given = parse("modprobe", words, flags="r/remove q/quiet v/verbose n/dry-run first-time")
    if not given.operands:
        raise NotPractised("modprobe: bad usage")
    name = given.operands[0].replace("-", "_")
    if name not in world.installed:
        raise Failure(
            f"modprobe: FATAL: Module {given.operands[0]} not found in directory /lib/modules/{world.kernel}"
        )
    if "dry-run" in given:
        return ""
    if not world.root:
        raise Failure(f"modprobe: ERROR: could not insert '{name}': Operation not permitted")
    if "remove" in given:
        return _unload(world, name, "modprobe: FATAL: Module {} is in use.")
    if name in world.modules and "first-time" in given:
        raise Failure(f"modprobe: ERROR: could not insert '{name}': Module already in kernel")
    if name not in world.modules:
        world.modules.add(name)
        if name == "brd":
            _ram_disks(world, dict(word.partition("=")[::2] for word in given.operands[1:]))
    return ""


def rmmod(world: World, words: list[str], _: str) -> str:
    """Unload a module: `rmmod MODULE`."""
    name = parse("rmmod", words).one()
    if name not in world.modules:
        raise Failure(f"rmmod: ERROR: Module {name} is not currently loaded")
    return _unload(world, name, "rmmod: ERROR: Module {} is in use")


def _unload(world: World, name: str, busy: str) -> str:
    if name != "brd":
        raise NotPractised(f"modprobe: unloading {name} is not practised")
    if use.brd_in_use(world):
        raise Failure(busy.format(name))
    for ram in [disk for disk in world.of(Ram) if not isinstance(disk, Null)]:
        del world.blocks[ram.kname]
    world.modules.discard(name)
    world.rd_size = 0
    return ""


def _ram_disks(world: World, given: dict[str, str]) -> None:
    """Make the disks of brd: rd_nr of them, rd_size KiB each."""
    world.rd_size = int(given.pop("rd_size", "65536")) * 1024
    for number in range(int(given.pop("rd_nr", "16"))):
        world.blocks[f"ram{number}"] = Ram(
            kname=f"ram{number}", devno=f"1:{number}", size=world.rd_size, type="disk"
        )
    if given:
        raise NotPractised(f"modprobe: brd has no parameter {given}")


def udevadm(world: World, words: list[str], _: str) -> str:
    """Speak to udev: `udevadm control --reload` or `--ping`, `udevadm settle`."""
    given = parse("udevadm", words, flags="R/reload p/ping", values="t/timeout")
    if given.operands not in (["control"], ["settle"]):
        raise NotPractised(f"udevadm: unknown command {words!r}")
    if not world.udev:
        raise Failure("Failed to send reload request: No such file or directory")
    return ""
