"""Mounting a sandbox: where, with which options, and what must be so."""

from collections.abc import Iterable
from dataclasses import dataclass

from tui.backend import overlayfs, paths, trust
from tui.backend.command import Command, command
from tui.backend.errors import Refused, UsageError
from tui.backend.host import FileKind, Host
from tui.backend.inventory import mounts
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.mountinfo import Mount
from tui.backend.plan import Step

_UNMOUNTABLE = (
    "swap",
    "LVM2_member",
    "linux_raid_member",
    "crypto_LUKS",
    "zfs_member",
    "bcache",
    "ceph_bluestore",
)
_JOURNALED = ("ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "reiserfs", "nilfs2", "ntfs", "ntfs3")
"""File systems whose last changes may be in a journal or a log only (btrfs: in its tree of fsyncs)."""
_UNREPLAYED = ("noload", "norecovery", "nologreplay")
"""How a mount without replay shows among the options of its file system."""
_READ_ONLY = ("iso9660", "squashfs", "erofs", "cramfs")
"""Those that the kernel never writes. A UDF that it cannot write mount(8) mounts read-only."""


@dataclass(frozen=True, slots=True)
class Target:
    """A mount point: whether it has to be made, and why it cannot be one (empty: it can)."""

    path: str
    absent: bool
    refusal: str = ""


def default_target(name: str) -> Target:
    """The mount point in the sandbox's own directory."""
    return Target(paths.of(name, paths.MOUNT_POINT), absent=True)


def survey(host: Host, path: str, others: Iterable[Sandbox] = ()) -> Target:
    """Look at a directory of the user's choice; `others` are the sandboxes that must not lose theirs."""
    if not path.startswith("/"):
        raise UsageError(f"{path!r} is not an absolute path.", "Give the mount point from / on.")
    path = host.resolve(path)
    if paths.within(path, paths.RUN_DIR):
        return Target(path, absent=False, refusal="it belongs to sandbox-tui")
    if owner := next((other.name for other in others if _goes_with(other, path)), ""):
        return Target(path, absent=False, refusal=f"it goes with the sandbox {owner}, for which it is made")
    kind = host.kind(path)
    if kind is None:
        parent = path.rsplit("/", 1)[0] or "/"
        missing = host.kind(parent) is not FileKind.DIRECTORY
        refusal = f"{parent} is not a directory" if missing else trust.fault(host, path)
        return Target(path, absent=True, refusal=refusal)
    return Target(path, absent=False, refusal=_not_free(host, path, kind) or trust.fault(host, path))


def _not_free(host: Host, path: str, kind: FileKind) -> str:
    """Why something that exists cannot be mounted on; empty when it can."""
    if kind is not FileKind.DIRECTORY:
        return f"it is a {kind.value}"
    if any(mount.mountpoint == path for mount in mounts.read(host)):
        return "something is mounted there"
    return "it is not empty" if host.listdir(path) else ""


def _goes_with(sandbox: Sandbox, path: str) -> bool:
    """Made or yet to be made: an interrupted one takes its mount point away in either case. One that is just
    being made will be mounted there.
    """
    record = sandbox.record
    return record is not None and record.mount == path and (record.mount_made or sandbox.running)


def check(target: Target) -> Target:
    """The target itself, or Refused."""
    if target.refusal:
        raise Refused(
            f"{target.path} cannot be the mount point: {target.refusal}.",
            "Choose an empty directory or a name that does not exist yet, where only root can make names.",
        )
    return target


def check_members(path: str, elsewhere: str) -> None:
    """Refused where mounting a file system would open parts of it on other devices, for real."""
    if elsewhere:
        raise Refused(
            f"{path} is not mounted: {elsewhere}. What is on another device would be written to for real.",
            "--no-mount gives the device alone, to be worked on without mounting it.",
        )


def mountable(fstype: str) -> bool:
    """Whether a type that blkid named can be mounted at all."""
    return bool(fstype) and fstype not in _UNMOUNTABLE and not fstype.endswith("_member")


def holds(fstype: str) -> str:
    """What is on something, by the type that blkid named, as a part of a sentence."""
    return f"it holds {fstype}" if fstype else "no file system was found on it"


def is_written(fstype: str) -> bool:
    """Whether a type that blkid named is mounted to be written to."""
    return mountable(fstype) and fstype not in _READ_ONLY


def has_journal(fstype: str) -> bool:
    """Whether a file system is whole whenever its device stops taking writes."""
    return fstype in _JOURNALED


def options(fstype: str, *, own_place: bool, suid_dev: bool, read_only: bool = False) -> str:
    """Mount options. `own_place`: the directory is ours, closed to others by mode 0700."""
    words = ["ro" if read_only or fstype in _READ_ONLY else "rw"]
    if fstype == "xfs":
        words.append("nouuid")  # the origin has the same UUID
    if fstype in ("ext2", "ext3", "ext4"):
        words.append("errors=remount-ro")  # a disk of others may ask for a panic of the kernel
    if not own_place and not suid_dev:
        words += ["nosuid", "nodev"]
    return ",".join(words)


def without_replay(fstype: str, more: Iterable[str] = ()) -> str:
    """Mount options for a device that cannot be written to: read-only, and its journal is left as it is."""
    known = "ro" if overlayfs.unproven(fstype) else overlayfs.lower_options(fstype)
    return ",".join((known, *more))


def growing(name: str) -> str:
    """What helps a full one, as a sentence."""
    return f"`sandbox-tui grow {name} +SIZE` repairs it."


def unreplayed(fstype: str) -> str:
    """What such a mount does not show, as a sentence that follows another one; empty for nothing."""
    if fstype not in _JOURNALED:
        return ""
    return " What is only in its journal is not seen: files that were saved last may be missing or old."


def is_read_only(mount: Mount) -> bool:
    """Whether somebody wants a mount read-only: it is, and not because its journal cannot be replayed. Where
    there is no journal, the two look the same, and it is taken for one that cannot be written to.
    """
    unreplayed = any(word in mount.data for word in _UNREPLAYED)
    return mount.read_only and mount.fstype in _JOURNALED and not unreplayed


def steps(
    name: str, fstype: str, target: Target, mount_options: str, *, exists: bool = False
) -> tuple[Step, ...]:
    """Make the mount point if it is absent, and mount the sandbox on it. `exists`: it is not just made."""
    device = paths.device(name)
    again = f"run fsck {device}, then sandbox-tui mount {name}."
    how = again if exists else f"create it with --no-mount, then run fsck on {device}."
    remedy = f"If it has to be repaired first: {how}"
    mount = command("mount", "-t", fstype, "-o", mount_options, device, target.path)
    return _steps(target, mount, remedy)


def overlay_steps(name: str, target: Target, mount_options: str) -> tuple[Step, ...]:
    """Make the mount point if it is absent, and mount both layers on it."""
    return _steps(target, overlayfs.mount_command(name, target.path, mount_options))


def _steps(target: Target, mount: Command, remedy: str = "") -> tuple[Step, ...]:
    make = Step("Make the mount point", command("mkdir", target.path), command("rmdir", target.path))
    return (
        *((make,) if target.absent else ()),
        Step(f"Mount it on {target.path}", mount, command("umount", target.path), remedy=remedy),
    )
