"""The default store: a file in a tmpfs of its own, on a loop device.

The tmpfs has `size=` the file's size, so that it can never be short: an I/O error of the
COW device would destroy the sandbox. The file stays linked, so that any later process can
grow it.
"""

from tui.backend import paths
from tui.backend.command import Ref, command
from tui.backend.plan import Step
from tui.backend.stores import Store


def make(name: str, size: int) -> Store:
    """Steps for a store of `size` bytes (whole pages)."""
    directory, file = paths.of(name, paths.STORE), paths.of(name, paths.COW_FILE)
    options = f"size={size},nr_inodes=16,mode=0700"
    return Store(
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
    )


def grow(name: str, loop: str, old: int, new: int) -> tuple[Step, ...]:
    """Steps that enlarge a store from `old` to `new` bytes while it is in use."""
    directory, file = paths.of(name, paths.STORE), paths.of(name, paths.COW_FILE)
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
        Step("Tell the loop device", command("losetup", "--set-capacity", loop)),
    )
