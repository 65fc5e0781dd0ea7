"""What this machine's kernel and user space can do, read without changing anything."""

from dataclasses import dataclass

from tui.backend import paths
from tui.backend.host import Host

UDEV_RULE = (
    "# Made by sandbox-tui, removed with the last sandbox. A sandbox has its origin's UUID and\n"
    "# label: without this, /dev/disk/by-* would point into the sandbox, LVM would activate what\n"
    "# is in it, and desktops would mount it.\n"
    'ACTION!="remove", SUBSYSTEM=="block", ENV{DM_UUID}=="SANDBOX-?*",'
    ' ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", ENV{DM_UDEV_DISABLE_DISK_RULES_FLAG}="1",'
    ' ENV{DM_NOSCAN}="1", ENV{SYSTEMD_READY}="0", ENV{UDISKS_IGNORE}="1"\n'
)
"""Keeps the host away from what is inside a sandbox (variables: dmsetup's 10-dm.rules,
systemd.device(5), udisks(8))."""


@dataclass(frozen=True, slots=True)
class RamDisks:
    """The brd module: `size` in bytes of every RAM disk; `names` are kernel names (`ram0`)."""

    names: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Abilities:
    """`snapshot`: the kernel's snapshot target is loaded. `udev`: udevd runs. `rule`: our
    udev rule is in place; `rules_dir`: its directory exists. `ram_disks`: None when brd is
    not loaded.
    """

    snapshot: bool
    udev: bool
    rule: bool
    rules_dir: bool
    ram_disks: RamDisks | None


def read(host: Host) -> Abilities:
    """Read the abilities of the machine."""
    return Abilities(
        snapshot=host.kind("/sys/module/dm_snapshot") is not None,
        udev=host.kind("/run/udev/control") is not None,
        rule=_text(host, paths.UDEV_RULE_FILE) == UDEV_RULE,
        rules_dir=host.kind(paths.UDEV_RULE_FILE.rsplit("/", 1)[0]) is not None,
        ram_disks=_ram_disks(host),
    )


def _ram_disks(host: Host) -> RamDisks | None:
    if host.kind("/sys/module/brd") is None:
        return None
    names = sorted(
        (name for name in host.listdir("/sys/block") if name.startswith("ram")),
        key=lambda name: int(name[3:]),
    )
    kib = _text(host, "/sys/module/brd/parameters/rd_size").strip()
    return RamDisks(tuple(names), int(kib) * 1024 if kib.isdecimal() else 0)


def _text(host: Host, path: str) -> str:
    try:
        return host.read(path)
    except OSError:
        return ""
