"""Disks to try things on, and the verbs as tests call them.

All that a test makes lies in /tmp/lab, so that cleaning up can touch nothing else.
"""

import os
import re
import shutil
import stat
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests import verbs
from tui.backend import inventory, sizes
from tui.backend.execute import Listener
from tui.backend.gauge import Gauge
from tui.backend.inventory import sandboxes
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.machine import RealHost
from tui.backend.plan import Plan
from tui.backend.sandboxes import create, proof, remove
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.verbs.create import CREATE
from tui.backend.verbs.grow import GROW, GrowRequest
from tui.backend.verbs.mount import MOUNT, MountRequest
from tui.backend.verbs.recover import RECOVER
from tui.backend.verbs.remove import REMOVE, RemoveRequest
from tui.backend.verbs.unmount import UNMOUNT, UnmountRequest

PLACE = Path("/tmp/lab")
MIB = 1 << 20

MAKE = {
    "ext4": (8 * MIB, ["mkfs.ext4", "-q", "-F", "-L", "lab"]),
    "ext4-1k": (8 * MIB, ["mkfs.ext4", "-q", "-F", "-b", "1024"]),
    "xfs": (320 * MIB, ["mkfs.xfs", "-q", "-f"]),
    "vfat": (32 * MIB, ["mkfs.vfat"]),
    "btrfs": (128 * MIB, ["mkfs.btrfs", "-q", "-f"]),
    "raw": (8 * MIB, None),
}


def node(box: Sandbox) -> str:
    """The writable device of a snapshot sandbox."""
    assert box.device is not None
    return box.device


def sh(*argv: str, input: str | None = None) -> str:
    """Run a program and return what it prints; the test fails with its words if it does."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False, input=input)
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return done.stdout


def loop_over(file: Path | str, *options: str) -> str:
    """A loop device over a file. One that was made read-only and detached is read-only to its next user, who
    may be us.
    """
    node = sh("losetup", "--find", "--show", *options, str(file)).strip()
    if "--read-only" not in options and Path(f"/sys/class/block/{Path(node).name}/ro").read_text() != "0\n":
        sh("blockdev", "--setrw", node)
    return node


@dataclass(frozen=True)
class Disk:
    """An origin: the image file, and the loop device over it (empty where not attached)."""

    image: str
    device: str

    @property
    def origin(self) -> str:
        """What the verbs get."""
        return self.device or self.image

    def digest(self) -> int:
        """A checksum over the data and where it lies; holes cost nothing."""
        descriptor = os.open(self.image, os.O_RDONLY)
        total, position, end = 0, 0, os.fstat(descriptor).st_size
        while position < end:
            try:
                start = os.lseek(descriptor, position, os.SEEK_DATA)
            except OSError:
                break
            position = os.lseek(descriptor, start, os.SEEK_HOLE)
            total = zlib.crc32(os.pread(descriptor, position - start, start), total ^ start)
        os.close(descriptor)
        return total

    def written(self) -> str:
        """The counters of sectors written and of discards (a flush counts as a write of none)."""
        if not self.device:
            return ""
        fields = Path(f"/sys/class/block/{Path(self.device).name}/stat").read_text().split()
        return " ".join(fields[6:7] + fields[11:15])


@dataclass(frozen=True)
class Tree:
    """A directory as an origin."""

    origin: str
    image: str = ""
    device: str = ""

    def digest(self) -> int:
        """A checksum over all that is in it, but for the times of reading."""
        total = 0
        for place, directories, files in os.walk(os.fsencode(self.origin)):
            for name in sorted([b"", *directories, *files]):
                path = os.path.join(place, name) if name else place
                total ^= zlib.crc32(repr(_facts(path)).encode(), zlib.crc32(path))
        return total

    def written(self) -> str:
        """It has no device of its own."""
        return ""


def _facts(path: bytes) -> object:
    found = os.lstat(path)
    names = os.listxattr(path, follow_symlinks=False)
    attributes = [(name, os.getxattr(path, name, follow_symlinks=False)) for name in sorted(names)]
    content = Path(os.fsdecode(path)).read_bytes() if stat.S_ISREG(found.st_mode) else b""
    kept = (found.st_mode, found.st_uid, found.st_gid, found.st_nlink, found.st_ino, found.st_rdev)
    return (*kept, found.st_size, found.st_mtime_ns, found.st_ctime_ns, attributes, zlib.crc32(content))


class Lab:
    """Everything a test of the verbs needs, on the real machine."""

    def __init__(self) -> None:
        self.host = RealHost()
        self.loops: list[str] = []
        PLACE.mkdir(exist_ok=True)

    def disk(self, kind: str = "ext4", *, attach: bool = True, name: str = "") -> Disk:
        """A new disk with a file system (or random bytes), as a device or as an image file."""
        size, make = MAKE[kind]
        image = PLACE / (name or f"{kind}.img")
        with image.open("wb") as file:
            file.truncate(size)
            if make is None:
                file.write(os.urandom(MIB))
        if make:
            sh(*make, str(image))
        device = loop_over(image) if attach else ""
        self.loops += [device] if device else []
        return Disk(str(image), device)

    def tree(self, name: str = "tree") -> Tree:
        """A new directory with a few files."""
        top = PLACE / name
        (top / "etc").mkdir(parents=True)
        (top / "etc/motd").write_text("welcome")
        (top / "data").write_bytes(os.urandom(64 << 10))
        (top / "link").symlink_to("etc/motd")
        os.link(top / "data", top / "same")
        top.chmod(0o751)
        return Tree(str(top))

    def origin(self, kind: str, *, attach: bool = True) -> "Disk | Tree":
        """A directory, or a disk with a file system."""
        return self.tree() if kind == "directory" else self.disk(kind, attach=attach)

    def request(self, origin: str, *, size: str = "", **options: Any) -> CreateRequest:
        """A request with the time of now."""
        wanted = sizes.parse(size) if size else None
        return CreateRequest(origin=origin, created=self.host.now(), size=wanted, **options)

    def create(self, origin: str, *, size: str = "", **options: Any) -> Sandbox:
        """Make a sandbox and return what is found afterwards."""
        return self.sandbox(self.make(self.request(origin, size=size, **options)).name)

    def make(self, request: CreateRequest) -> Plan:
        """Make a sandbox; the plan that was run."""
        return verbs.run(self.host, CREATE, request)[0]

    def creation(self, request: CreateRequest) -> Callable[[inventory.Inventory], Plan]:
        """The planner of a request."""
        return lambda reading: create.prepare(self.host, reading, request).plan

    def grow(self, name: str, size: str, listener: Listener = lambda event: None) -> Plan:
        """Enlarge a store; the plan that was run, as of all that follow."""
        return verbs.run(self.host, GROW, GrowRequest(name, size), listener=listener)[0]

    def mount(self, name: str, directory: str | None = None) -> Plan:
        """Mount a sandbox."""
        return verbs.run(self.host, MOUNT, MountRequest(name, directory))[0]

    def unmount(self, name: str) -> Plan:
        """Unmount a sandbox."""
        return verbs.run(self.host, UNMOUNT, UnmountRequest(name))[0]

    def remove(self, *names: str) -> proof.Proof:
        """Remove sandboxes; the proof for the first."""
        return verbs.run(self.host, REMOVE, RemoveRequest(names))[1].removed[0].proof

    def remove_plan(self, *names: str) -> Plan:
        """What would be done to remove sandboxes."""
        return remove.prepare(self.host, inventory.read(self.host), names).plan

    def recover(self) -> Plan:
        """Clear what is left; waits for the last program of a killed sandbox-tui by its lock."""
        return verbs.run(self.host, RECOVER, None)[0]

    def sandboxes(self) -> tuple[Sandbox, ...]:
        """All sandboxes, whole or not."""
        return sandboxes.read(self.host)

    def sandbox(self, name: str) -> Sandbox:
        """One sandbox: the same read alone and among all, unless a program of a killed verb changes it."""
        found, alone = self._among_all(name), sandboxes.one(self.host, name)
        if alone is None or replace(alone, status=found.status) != found:
            assert replace(self._among_all(name), status=found.status) != found, (
                "nothing has changed meanwhile"
            )
        return found

    def _among_all(self, name: str) -> Sandbox:
        return next(found for found in self.sandboxes() if found.name == name)

    def gauge(self, name: str) -> Gauge:
        """Its gauge of now."""
        return self.sandbox(name).gauge

    def close(self) -> None:
        """Detach and delete the disks. What a failed test left mounted goes first: this machine's root may be
        among it.
        """
        for loop in self.loops:
            sh("losetup", "--detach", loop)
        for point in reversed(mounts_below(PLACE)):
            subprocess.run(["umount", "--lazy", point], capture_output=True, check=False)
        left = mounts_below(PLACE)
        assert not left, f"{left} cannot be unmounted, so nothing is deleted"
        for file in PLACE.iterdir():
            shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink()


def mounts_below(place: Path) -> list[str]:
    """Mount points in a directory, those further down later."""
    table = Path("/proc/self/mountinfo").read_bytes().split(b"\n")
    points = (line.split(b" ")[4] for line in table if line)
    named = (re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), point) for point in points)
    return [os.fsdecode(point) for point in named if point.startswith(os.fsencode(f"{place}/"))]


def _segments(place: str) -> list[str]:
    """What stores are made of, in a directory that need not be there."""
    return [name for name in os.listdir(place) if "sandbox" in name] if os.path.isdir(place) else []


def state() -> dict[str, object]:
    """The machine as far as this tool could change it, for comparing before and after."""
    return {
        "maps": sorted(name for name in os.listdir("/sys/block") if name.startswith("dm-")),
        "nodes": sorted(os.listdir("/dev/mapper")) if Path("/dev/mapper").exists() else ["control"],
        "loops": sorted(
            sh("losetup", "--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE,RO").split("\n")
        ),
        "mounts": [line.split(b" ")[4] for line in Path("/proc/self/mountinfo").read_bytes().splitlines()],
        "run": sorted(map(str, Path("/run/sandbox-tui").rglob("*")))
        if Path("/run/sandbox-tui").exists()
        else None,
        "rules": Path("/run/udev/rules.d").exists(),
        "segments": sorted({*_segments("/sys/block"), *_segments("/sys/kernel/config/nullb")}),
        "ram disks": Path("/sys/module/brd").exists(),
        "labels": {
            str(link): os.readlink(link)
            for by in ("by-id", "by-label", "by-uuid")
            for link in Path("/dev/disk", by).glob("*")
        },
    }
