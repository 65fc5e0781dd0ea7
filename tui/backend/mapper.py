"""The maps of device-mapper: the snapshot, the claim of an origin, and what makes and removes them.

Source: Documentation/admin-guide/device-mapper/snapshot.rst of Linux, dmsetup(8).
"""

from tui.backend import paths
from tui.backend.command import Command, Ref, Word, command
from tui.backend.kernel.text import SECTOR
from tui.backend.plan import Step


def table(origin: str | Ref, size: int, cow: str | Ref, policy: str, chunk: int) -> Word:
    """The dm table: one snapshot over the whole origin (`size` and `chunk` in bytes)."""
    return (f"0 {size // SECTOR} snapshot ", origin, " ", cow, f" {policy} {chunk // SECTOR}")


def create_step(name: str, dm_table: Word, udev: bool) -> Step:
    """Make the writable device. Without udev libdevmapper has to make the node itself."""
    return Step(
        f"Create the sandbox {paths.device(name)}",
        dmsetup(udev, "create", name, "--uuid", paths.uuid(name), "--table", dm_table),
        undo=remove_command(name, udev),
    )


def claim_step(name: str, device: str, size: int, udev: bool) -> Step:
    """Make the map that claims a device of `size` bytes and does nothing else: device-mapper opens it
    read-only, and exclusively, so that nobody can mount it.
    """
    claim, uuid = paths.claim(name), paths.uuid(name, paths.CLAIM)
    table = f"0 {size // SECTOR} linear {device} 0"
    return Step(
        "Claim the origin, so that nobody can mount it",
        dmsetup(udev, "create", claim, "--readonly", "--uuid", uuid, "--table", table),
        undo=remove_command(claim, udev),
    )


def closed_step(name: str) -> Step:
    """See that nobody has a map open, before what cannot be taken back: the kernel does not name everybody,
    and not everybody is found in time.
    """
    return Step(
        "See that nothing has it open any more",
        command("dmsetup", "info", "--columns", "--noheadings", "--options", "open", name),
        expect="0",
        remedy=(
            "Something still has it open, which may be an overlay over a part of it in another mount"
            " namespace, or a process that was not found in time: end that, then try again."
        ),
    )


def remove_command(name: str, udev: bool) -> Command:
    """Remove a map, trying again while udev still looks at it."""
    return dmsetup(udev, "remove", "--retry", name)


def dmsetup(udev: bool, *words: Word) -> Command:
    """A dmsetup call for a machine with or without udev."""
    return command("dmsetup", *words) if udev else command("env", "DM_DISABLE_UDEV=1", "dmsetup", *words)
