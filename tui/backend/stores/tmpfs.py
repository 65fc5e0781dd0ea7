"""The default store: a file in a tmpfs of its own, on a loop device.

The tmpfs has `size=` the file's size, so that it can never be short: an I/O error of the
COW device would destroy the sandbox. The file stays linked, so that any later process can
grow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.command import Ref, command
from tui.backend.errors import Refused
from tui.backend.plan import Step
from tui.backend.stores.made import Made

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.abilities import Abilities
    from tui.backend.inventory.sandboxes import Sandbox

title = "tmpfs"
gives_back = True


def survey(_host: Host, inventory: Inventory) -> Inventory:
    """Nothing else has to be known."""
    return inventory


def make(name: str, size: int, _inventory: Inventory, _able: Abilities) -> Made:
    """Steps for a store of `size` bytes (whole pages)."""
    directory, file = paths.of(name, paths.STORE), paths.of(name, paths.COW_FILE)
    options = f"size={size},nr_inodes=16,mode=0700"
    return Made(
        steps=(
            Step("Make a place for the store", command("mkdir", directory), command("rmdir", directory)),
            Step(
                "Reserve memory for the changes",
                command("mount", "-t", "tmpfs", "-o", options, "sandbox-tui", directory),
                command("umount", directory),
            ),
            Step(
                "Make the exception store, empty as yet",
                command("truncate", f"--size={size}", file),
                command("rm", "--force", file),
            ),
            Step(
                "Attach it to a loop device: the COW device",
                command("losetup", "--find", "--show", file),
                command("losetup", "--detach", Ref("COW")),
                capture="COW",
            ),
        ),
        cow=Ref("COW"),
        size=size,
    )


def enlarge(sandbox: Sandbox, old: int, new: int, _udev: bool) -> tuple[Step, ...]:
    """The tmpfs first, so that it is never short. Refused where it went with its mount namespace."""
    loop = sandbox.cow_loop
    if loop is None or not sandbox.has_store:
        raise Refused(
            f"The store of {sandbox.name} is mounted nowhere any more: the mount namespace that it was"
            " made in has ended.",
            "It can be used and removed as ever, but not grown.",
        )
    directory, file = _places(sandbox)
    return (
        Step(
            "Reserve more memory for the changes",
            command("mount", "-o", f"remount,size={new}", directory),
            command("mount", "-o", f"remount,size={old}", directory),
        ),
        Step(
            "Enlarge the exception store",
            command("truncate", f"--size={new}", file),
            command("truncate", f"--size={old}", file),
        ),
        Step("Tell the loop device", command("losetup", "--set-capacity", loop.path)),
    )


def settle(sandbox: Sandbox, _udev: bool) -> tuple[Step, ...]:
    """The size of file and tmpfs that the loop device has."""
    loop = sandbox.cow_loop
    if loop is None or not sandbox.has_store:
        return ()  # it went with its mount namespace, and the size of its tmpfs with it
    directory, file = _places(sandbox)
    return (
        Step("Cut the store to the size in use", command("truncate", f"--size={loop.size}", file)),
        Step("Reserve just that", command("mount", "-o", f"remount,size={loop.size}", directory)),
    )


def _places(sandbox: Sandbox) -> tuple[str, str]:
    return paths.of(sandbox.name, paths.STORE), paths.of(sandbox.name, paths.COW_FILE)
