"""Where everything that belongs to this tool lives."""

import hashlib
import re

MAX_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*", re.ASCII)

RUN_DIR = "/run/sandbox-tui"
"""One directory per sandbox, mode 0700, named like the sandbox."""

LOCK_FILE = f"{RUN_DIR}.lock"
"""Held by the one program that is changing the machine; it is never deleted. Not in /run/lock, where on
Debian anybody may make it first, and lock it.
"""

PRACTICE = f"{RUN_DIR}/.practice"
"""A tmpfs of its own with the disk of the demo: no sandbox."""

PRACTICE_DISK = f"{PRACTICE}/disk.img"

MEDIUM = f"{RUN_DIR}/medium"
"""Where a running Live CD has its medium mounted: no sandbox."""

KEPT = ".kept-"
"""How the names begin of what something else wrote into a sandbox's place: no sandbox."""

SEGMENT = "sandbox-"
"""How the names of the block devices begin that a store is made of."""
_KEY = 19
"""Characters: with the prefix, `:` and three digits 31, all that the kernel has room for in a name."""
_SEGMENT = re.compile(r"sandbox-([^:]{1,19}):([1-9][0-9]{0,2})", re.ASCII)

UUID_PREFIX = "SANDBOX-"
"""Every device-mapper UUID of ours begins like this."""

UDEV_RULES = "/run/udev/rules.d"
UDEV_RULE = "sandbox-tui.rules"
UDEV_RULE_FILE = f"{UDEV_RULES}/57-{UDEV_RULE}"
"""After Debian's 55-dm and 56-lvm, before 60-persistent-storage-dm and 69-lvm. Where device-mapper's rules
have other numbers, `abilities` chooses another one.
"""

RECORD = "sandbox.json"
NEW_RECORD = "sandbox.json.new"
"""What takes the record's place when all of it is written."""
STORE = "store"
COW_FILE = "store/cow"
MOUNT_POINT = "mnt"
LOWER = "lower"
"""Where an overlay sandbox has its origin mounted, read-only."""
UPPER = "store/upper"
WORK = "store/work"
IMAGE = "origin"
"""What the read-only loop device over the origin is attached to: the image file, or the map `claim`."""
CLAIM = "lower"
"""The read-only map that keeps others from mounting the origin of an overlay."""
HASH = "origin.sha256"
COUNTERS = "origin.stat"
MANIFEST = "origin.manifest"
HASHES = "origin.sha256s"
LISTED = "origin.now"
"""What is in the origin at the end, and `CHANGES`, what of that differs: both only while it is compared."""
CHANGES = "origin.changes"
SORTING = "sort"
"""How the names begin under which sort(1) keeps what does not fit into its memory."""
CONFIG = "config"
"""Where a sandbox has configfs mounted, in which the segments of its store are made and removed."""
LOADED = "ram-disks"
"""Says that the kernel's module of RAM disks was loaded for it."""
BUSY = "busy-"
"""`busy-create`, `busy-grow`, `busy-remove`: an empty file while that verb runs, for recover.
Its name says it all, so that even a full /run has room for it."""


def is_name(text: str) -> bool:
    """Whether a sandbox may be called so: safe as a file name, and as one of a map. What else the kernel
    shows is none of ours, whatever it claims to be.
    """
    return len(text) <= MAX_NAME and _NAME.fullmatch(text) is not None


def of(name: str, part: str = "") -> str:
    """The path of a sandbox's directory, or of one of its parts."""
    return f"{RUN_DIR}/{name}/{part}" if part else f"{RUN_DIR}/{name}"


def kept(name: str) -> str:
    """Where is kept what something else wrote into a sandbox's place."""
    return of(f"{KEPT}{name}")


def lower_of(path: str) -> str:
    """The overlay sandbox whose lower layer is mounted on a path, empty for any other path."""
    name = path.removeprefix(f"{RUN_DIR}/").removesuffix(f"/{LOWER}")
    return name if path == of(name, LOWER) else ""


def within(path: str, directory: str) -> bool:
    """Whether a path is a directory itself or below it. Both without links."""
    return path == directory or path.startswith(f"{directory.rstrip('/')}/")


def sandbox_in(path: str) -> str:
    """The sandbox in whose directory a path is, empty for none."""
    if not path.startswith(f"{RUN_DIR}/"):
        return ""
    name = path.removeprefix(f"{RUN_DIR}/").split("/")[0]
    return "" if is_reserved(name) else name


def is_reserved(name: str) -> bool:
    """Whether an entry of our directory is none of a sandbox: the demo, what is kept aside, a Live CD's
    medium, or what no sandbox can be called.
    """
    return not is_name(name) or of(name) == MEDIUM


def device(name: str) -> str:
    """The writable device of a sandbox."""
    return f"/dev/mapper/{name}"


def claim(name: str) -> str:
    """The name of the map that claims the origin of an overlay."""
    return f"{name}:{CLAIM}"


def uuid(name: str, child: str = "") -> str:
    """The DM UUID of a sandbox, or of a map that serves it (`:` is in no name)."""
    return f"{UUID_PREFIX}{name}:{child}" if child else f"{UUID_PREFIX}{name}"


def owner(dm_uuid: str) -> str | None:
    """The sandbox that a DM UUID belongs to, None when the map is not ours."""
    if not dm_uuid.startswith(UUID_PREFIX):
        return None
    name = dm_uuid.removeprefix(UUID_PREFIX).split(":")[0]
    return name if is_name(name) else None


def segment_key(name: str) -> str:
    """What the segments of a sandbox's store are called by: its name, or of a longer one the beginning and a
    hash. It could be the name of a sandbox itself, so that segments of which nothing else is left have one.
    """
    if len(name) <= _KEY:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[: _KEY - len(digest) - 1]}.{digest}"


def segment(name: str, number: int) -> str:
    """The name of a sandbox's segment, counted from 1."""
    return f"{SEGMENT}{segment_key(name)}:{number}"


def segment_parts(kname: str) -> tuple[str, int] | None:
    """The key and the number of a segment; None of what is none."""
    found = _SEGMENT.fullmatch(kname)
    return (found[1], int(found[2])) if found and is_name(found[1]) else None
