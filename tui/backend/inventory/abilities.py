"""What this machine's kernel and user space can do, read without changing anything."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui.backend import lenient, packages, paths
from tui.backend.errors import CommandFailed
from tui.backend.host import Host
from tui.backend.inventory.engines import ENGINES, Engine
from tui.backend.kernel.text import number
from tui.backend.problem import Code, Problem

UDEV_RULE = (
    "# Made by sandbox-tui, removed with the last sandbox. A sandbox has its origin's UUID and\n"
    "# label: without this, /dev/disk/by-* would point into the sandbox, LVM would activate what\n"
    "# is in it, and desktops would mount it.\n"
    'ACTION!="remove", SUBSYSTEM=="block", ENV{DM_UUID}=="SANDBOX-?*|part*-SANDBOX-?*",'
    ' ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", ENV{DM_UDEV_DISABLE_DISK_RULES_FLAG}="1",'
    ' ENV{DM_NOSCAN}="1", ENV{SYSTEMD_READY}="0", ENV{UDISKS_IGNORE}="1"\n'
    "# The loop device over an image file has the image's UUID and label.\n"
    'ACTION!="remove", SUBSYSTEM=="block", KERNEL=="loop*",'
    f' ATTR{{loop/backing_file}}=="{paths.RUN_DIR}/[!.]*",'
    ' ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1", ENV{SYSTEMD_READY}="0", ENV{UDISKS_IGNORE}="1"\n'
    "# What is in a store looks like anything.\n"
    f'ACTION!="remove", SUBSYSTEM=="block", KERNEL=="{paths.SEGMENT}?*:?*",'
    ' ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1", ENV{SYSTEMD_READY}="0", ENV{UDISKS_IGNORE}="1"\n'
)
"""Keeps the host away from what is inside a sandbox (variables: dmsetup's 10-dm.rules,
60-persistent-storage.rules, systemd.device(5), udisks(8)). kpartx calls its maps part1-UUID."""
_RULE_PLACES = ("/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d")
_DM_RULES = re.compile("([0-9]{2})-dm[.]rules")
_AFTER_DM = 2
"""Debian has 55-dm, 56-lvm and 60-persistent-storage-dm; others 10-dm, 11-dm-lvm and 13-dm-disk."""


_BUILT_IN = {"dm-mod": "/sys/class/misc/device-mapper"}
"""Where a kernel shows that it has a module built in, if /sys/module does not."""
_FILE_SYSTEMS = ("overlay",)
"""Modules that /proc/filesystems names, built in or not."""


DOCTOR = "`sandbox-tui doctor` says how to get it"
"""The way out where the machine lacks something."""

_FORBIDDEN = re.compile(r"^install (?:/usr)?/bin/(?:false|true)\b", re.MULTILINE)
"""What modprobe would do in place of loading a module that somebody does not want."""
_UDEV_SECONDS = 5
"""How long udevd may take to say that it is there."""


@dataclass(frozen=True, slots=True)
class RamDisks:
    """The brd module: `size` in bytes of every RAM disk; `names` are kernel names (`ram0`); `others` are
    those that may have somebody else's data on them, where that was asked.
    """

    names: tuple[str, ...]
    size: int
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Abilities:
    """`loaded` are those of the engines' modules that the kernel has loaded, or built in. `udev`: udevd runs
    and answers. `rule`: our udev rule is in place; `rules_dir`: its directory exists. `ram_disks`: None when
    brd is not loaded. `rule_file` is where the rule is, or has to be, among the rules that are here. `place`:
    the directory of all sandboxes is there. `null_blk`: that module is loaded, or built in.
    """

    loaded: frozenset[str]
    udev: bool
    rule: bool
    rules_dir: bool
    ram_disks: RamDisks | None
    rule_file: str = paths.UDEV_RULE_FILE
    place: bool = True
    null_blk: bool = False


def read(host: Host) -> Abilities:
    """Read the abilities of the machine."""
    rule_file = _rule_file(host)
    return Abilities(
        loaded=frozenset(name for name in _modules() if loaded(host, name)),
        udev=host.kind("/run/udev/control") is not None and _udevd_answers(host),
        rule=lenient.text(host, rule_file) == UDEV_RULE.removesuffix("\n"),
        rules_dir=host.kind(paths.UDEV_RULES) is not None,
        ram_disks=_ram_disks(host),
        rule_file=rule_file,
        place=host.kind(paths.RUN_DIR) is not None,
        null_blk=loaded(host, "null_blk"),
    )


def _modules() -> Iterator[str]:
    return (name for engine in ENGINES.values() for name in engine.modules)


def _rule_file(host: Host) -> str:
    """The rule that is there, whole or not; else its place right after that which tells a map's UUID."""
    names = {place: lenient.names(host, place) for place in _RULE_PLACES}
    ours = next((name for name in names[paths.UDEV_RULES] if name.endswith(f"-{paths.UDEV_RULE}")), "")
    if ours:
        return f"{paths.UDEV_RULES}/{ours}"
    found = [match for place in _RULE_PLACES for name in names[place] if (match := _DM_RULES.fullmatch(name))]
    return (
        f"{paths.UDEV_RULES}/{int(found[0][1]) + _AFTER_DM}-{paths.UDEV_RULE}"
        if found
        else paths.UDEV_RULE_FILE
    )


@dataclass(frozen=True, slots=True)
class Lacks:
    """Why each engine (`engines`, by name), or device-mapper itself (`mapper`), does not work here; None
    where it does, or was not asked for.
    """

    engines: Mapping[str, Problem | None]
    mapper: Problem | None


def lacks(host: Host, able: Abilities, *, others: bool = True) -> Lacks:
    """What of the engines this machine can do; starts a few processes. Without `others` only the usual engine
    is asked for where that works.
    """
    mapper = _lacks_mapper(host, able)
    found: dict[str, Problem | None] = dict.fromkeys(ENGINES)
    for name, engine in ENGINES.items():
        found[name] = _lacks_engine(host, able, engine, mapper)
        if found[name] is None and not others:
            break
    return Lacks(found, mapper)


def loaded(host: Host, module: str) -> bool:
    """Whether the kernel has a module: loaded, or built in."""
    if module in _FILE_SYSTEMS:
        return f"\t{module}\n" in f"{lenient.text(host, '/proc/filesystems')}\n"
    places = (f"/sys/module/{module.replace('-', '_')}", _BUILT_IN.get(module, ""))
    return any(host.kind(place) is not None for place in places if place)


def loadable(host: Host, module: str) -> bool | None:
    """Whether modprobe would load a module, which an `install` line of modprobe.d(5) may forbid; None where
    there is no modprobe to ask.
    """
    if not host.has_program("modprobe"):
        return None
    try:
        found = host.run(["modprobe", "--dry-run", "--verbose", "--quiet", module], timeout=20)
    except CommandFailed:
        return False
    return not _FORBIDDEN.search(found)


def lacks_module(host: Host, module: str) -> Problem | None:
    """Why the kernel cannot have a module; None where it has it, or can load it."""
    return None if loaded(host, module) else _lacks(host, module)


def answers(host: Host) -> bool:
    """Whether the kernel's device-mapper, where it is loaded, answers: a container may have it
    and yet not reach it. Only root can ask.
    """
    if not host.is_root() or not loaded(host, "dm-mod") or not host.has_program("dmsetup"):
        return True
    try:
        host.run(["dmsetup", "version"], timeout=10)
    except CommandFailed:
        return False
    return True


def _udevd_answers(host: Host) -> bool:
    """Whether udevd is alive: what it left does not say so, and dmsetup would wait for a dead one for ever.
    Only root can ask.
    """
    if not host.is_root() or not host.has_program("udevadm"):
        return True
    try:
        host.run(["udevadm", "control", "--ping", f"--timeout={_UDEV_SECONDS}"], timeout=_UDEV_SECONDS * 2)
    except CommandFailed:
        return False
    return True


def _lacks_engine(host: Host, able: Abilities, engine: Engine, mapper: Problem | None) -> Problem | None:
    """What of its modules cannot be had; device-mapper has to answer, too."""
    absent = (name for name in engine.modules if name not in able.loaded and name != "dm-mod")
    found = next((lacks for name in absent if (lacks := _lacks(host, name))), None)
    return found or (mapper if "dm-mod" in engine.modules else None)


def _lacks_mapper(host: Host, able: Abilities) -> Problem | None:
    if "dm-mod" not in able.loaded and (lacks := _lacks(host, "dm-mod")):
        return lacks
    if not host.has_program("dmsetup"):
        return _no_program("dmsetup")
    if answers(host):
        return None
    remedy = "In a container: start that with more privileges."
    return Problem(Code.LACKING, "the kernel's device-mapper does not answer", remedy)


def _lacks(host: Host, module: str) -> Problem | None:
    found = loadable(host, module)
    if found is None:
        return _no_program("modprobe", ", so that the kernel cannot be asked for more")
    remedy = "Boot a kernel that has it, on a machine of your own."
    return None if found else Problem(Code.LACKING, f"the kernel has no {module}", remedy)


def _no_program(name: str, so: str = "") -> Problem:
    remedy = f"Install it: {packages.install(name)}."
    return Problem(Code.LACKING, f"the program {name} is missing{so}", remedy)


def _ram_disks(host: Host) -> RamDisks | None:
    if host.kind("/sys/module/brd") is None:
        return None
    names = sorted(
        (name for name in host.listdir("/sys/block") if name.startswith("ram")),
        key=lambda name: int(name[3:]),
    )
    kib = lenient.text(host, "/sys/module/brd/parameters/rd_size")
    return RamDisks(tuple(names), (number(kib) or 0) * 1024)
