"""Steps that every engine does with the origin: be sure which it is, attach it, claim it."""

from tui.backend import mapper, paths
from tui.backend.command import Command, Ref, command
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.devices import Device
from tui.backend.origins import Origin
from tui.backend.plan import Step
from tui.backend.sandboxes import frame

ATTACHED = Ref("ORIGIN")
"""The read-only loop device that `attach` and `claim` make."""


def same(origin: Origin) -> tuple[Step, ...]:
    """Names like sda move: look once more just before acting."""
    if origin.directory:
        return ()  # what is bound tells: see `bound`
    device = origin.device
    if device is None:
        size = command("stat", "--format=%s", origin.path)
        return (Step("Check the image's size", size, expect=str(origin.size)),)
    return same_device(device, "the origin")


def bound(origin: Origin, place: str) -> Step:
    """What was bound at a place is what was looked at: whoever can write to a directory on the way to it can
    put another one, or a link, there at any moment.
    """
    what = "directory" if origin.directory else "file"
    number = command("stat", "--format=%d:%i", place)
    return Step(f"Check that it is the same {what}", number, expect=origin.identity)


def same_device(device: Device, what: str) -> tuple[Step, ...]:
    """Look once more whether a name is still that of the very same disk; `what` people call it."""
    length = Step(
        f"Check {what}'s size", command("blockdev", "--getsize64", device.path), expect=str(device.size)
    )
    if device.diskseq is None:
        return (length,)
    disk = device.parents[0] if device.type == "part" and device.parents else device.kname
    sequence = command("cat", f"/sys/class/block/{disk}/diskseq")
    return (length, Step("Check that it still is the same disk", sequence, expect=str(device.diskseq)))


def claim(name: str, device: Device, able: Abilities) -> tuple[Step, ...]:
    """For a device whose files are to be shown, a read-only map over it, and a read-only loop device over
    that. The map keeps the origin from being mounted by others, as a loop device does not; a loop device
    answers every write with an error, as a read-only map, or a disk that is set read-only, does not.
    """
    return (
        *frame.load(able, "device-mapper", "dm-mod"),
        *frame.udev_rule(able, name),
        mapper.claim_step(name, device.path, device.size, able.udev),
        *_attach(name, paths.device(paths.claim(name)), "its map"),
    )


def attach(name: str, origin: Origin) -> tuple[Step, ...]:
    """For an image file, a read-only loop device over a read-only bind mount below our
    directory: nothing can write through either, and the loop's backing file tells whose it is.
    """
    if not origin.image:
        return ()
    return _attach(name, origin.path, "the image", bound(origin, paths.of(name, paths.IMAGE)))


def _attach(name: str, path: str, what: str, *checks: Step) -> tuple[Step, ...]:
    place = paths.of(name, paths.IMAGE)
    return (
        Step(f"Make a place for {what}", command("touch", place), frame.delete(place), partial=True),
        Step(
            f"Bind {what} there, read-only",
            command("mount", "--bind", "-o", "ro", path, place),
            command("umount", place),
        ),
        *checks,
        Step(
            "Attach it to a read-only loop device: the origin",
            command("losetup", "--find", "--show", "--read-only", place),
            command("losetup", "--detach", ATTACHED),
            capture=ATTACHED.name,
        ),
    )


def tie() -> tuple[Step, ...]:
    """Let the loop device go when it is unmounted last: with a mount namespace that ends, for one. It comes
    last in a plan, for nothing makes it stay again.
    """
    return (Step("Let that loop device go with what is mounted", command("losetup", "--detach", ATTACHED)),)


def lock(origin: Origin) -> tuple[Step, ...]:
    """Make a device read-only, where there is no device-mapper to claim it: a read-only mount alone does
    not keep ext3, ext4 and f2fs from clearing files that were deleted while they were open, nor ext4 from
    noting damage that it meets. They leave a read-only device alone.
    """
    return (
        Step(
            "Make the origin's device read-only",
            command("blockdev", "--setro", origin.path),
            unlock_command(origin.path),
        ),
    )


def unlock_command(device: str) -> Command:
    """Let a device be written to again."""
    return command("blockdev", "--setrw", device)


def source(origin: Origin) -> str | Ref:
    """The origin as later steps call it: what `attach` made, or its own path."""
    return ATTACHED if origin.image else origin.path
