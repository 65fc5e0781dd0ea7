"""The default store: a file in a tmpfs of its own, on a loop device.

The tmpfs has `size=` the file's size, so that it can never be short: an I/O error of the
COW device would destroy the sandbox. The file stays linked, so that any later process can
grow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import paths, sizes
from tui.backend.command import Ref, command
from tui.backend.errors import Refused
from tui.backend.plan import Step
from tui.backend.stores.made import Made

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.inventory.abilities import Abilities
    from tui.backend.inventory.sandbox import Sandbox, Sandboxes

name = "tmpfs"
title = "tmpfs"
modules = {"loop": "image files, and the store of snapshots"}
pinned = False


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
    unused = (command("blockdev", "--getsize64", loop.path), str(old))
    return (
        Step(
            "Reserve more memory for the changes",
            command("mount", "-o", f"remount,size={new}", directory),
            command("mount", "-o", f"remount,size={old}", directory),
            undo_if=unused,
        ),
        Step(
            "Enlarge the exception store",
            command("truncate", f"--size={new}", file),
            command("truncate", f"--size={old}", file),
            undo_if=unused,
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


def is_of(sandbox: Sandbox) -> bool:
    """A loop device is over its file."""
    return sandbox.cow_loop is not None


def cow(sandbox: Sandbox) -> str:
    """The loop device."""
    assert sandbox.cow_loop is not None  # noqa: S101  by it a sandbox has this store
    return sandbox.cow_loop.path


def clear(_sandbox: Sandbox) -> tuple[Step, ...]:
    """It goes with its loop device and its mount."""
    return ()


def release(_sandbox: Sandbox) -> tuple[Step, ...]:
    """Nothing else of it is left then."""
    return ()


def back(_host: Host, held: int) -> str:
    """All that was in the file."""
    return f"{sizes.show(held)} of RAM came back." if held else ""


def survey_end(_inventory: Inventory, _gone: Sandboxes, able: Abilities) -> Abilities:
    """Nothing else has to be known."""
    return able


def end(_gone: Sandboxes, _able: Abilities) -> tuple[Step, ...]:
    """Nothing is shared."""
    return ()


def notes_of_end(_gone: Sandboxes, _able: Abilities) -> tuple[str, ...]:
    """Nothing stays."""
    return ()


def _places(sandbox: Sandbox) -> tuple[str, str]:
    return paths.of(sandbox.name, paths.STORE), paths.of(sandbox.name, paths.COW_FILE)
