"""The store of an overlay: a tmpfs of its own, with the upper layer and overlayfs's work place.

When it is full, programs are told so (ENOSPC), and nothing breaks.
"""

from tui.backend import overlayfs, paths
from tui.backend.command import command
from tui.backend.plan import Step


def make(name: str, size: int) -> tuple[Step, ...]:
    """Steps for a store of `size` bytes, its layers still empty."""
    directory = paths.of(name, paths.STORE)
    upper, work = paths.of(name, paths.UPPER), paths.of(name, paths.WORK)
    mount = command(
        "mount", "-t", "tmpfs", "-o", f"{overlayfs.limits(size)},mode=0700", "sandbox-tui", directory
    )
    return (
        Step("Make a place for the store", command("mkdir", directory), command("rmdir", directory)),
        Step("Reserve memory for the changes", mount, command("umount", directory)),
        Step("Make the upper layer, empty as yet", command("mkdir", upper, work)),
    )


def like_the_origin(name: str) -> tuple[Step, ...]:
    """Give the upper layer, whose own owner, mode, times and attributes are seen as those of the
    sandbox's top directory, the ones of the origin's.
    """
    archive = paths.of(name, f"{paths.STORE}/top.tar")
    # attributes of an overlay tell where its layers are from: those of an origin's are not of this one
    keep = ("--xattrs", "--xattrs-include=*", "--xattrs-exclude=trusted.overlay.*", "--acls")
    lower, upper = paths.of(name, paths.LOWER), paths.of(name, paths.UPPER)
    return (
        Step(
            "Note the owner, mode, times and attributes of the origin's top directory",
            command(
                "tar", "--create", f"--file={archive}", *keep, "--no-recursion", f"--directory={lower}", "."
            ),
        ),
        Step(
            "Give them to the upper layer",
            command(
                "tar",
                "--extract",
                f"--file={archive}",
                *keep,
                "--same-owner",
                "--same-permissions",
                f"--directory={upper}",
            ),
        ),
        Step("Clear the note", command("rm", "--force", archive)),
    )


def grow(name: str, old: int, new: int) -> tuple[Step, ...]:
    """Steps that enlarge a store from `old` to `new` bytes while it is in use."""
    directory = paths.of(name, paths.STORE)
    return (
        Step(
            "Reserve more memory for the changes",
            command("mount", "-o", f"remount,{overlayfs.limits(new)}", directory),
            command("mount", "-o", f"remount,{overlayfs.limits(old)}", directory),
        ),
    )
