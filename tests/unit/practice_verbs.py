"""The verbs on a practice host, as the front ends call them, and the sandboxes to try them with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests import verbs
from tui.backend import inventory, paths, sizes
from tui.backend.host import ForeignMount
from tui.backend.inventory import Inventory, mounts
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.plan import Plan
from tui.backend.practice import Killed, PracticeHost, demo_world
from tui.backend.practice.state import State, differences
from tui.backend.practice.world import World
from tui.backend.sandboxes.proof import Proof
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.verbs.create import CREATE
from tui.backend.verbs.grow import GROW, GrowRequest
from tui.backend.verbs.recover import RECOVER
from tui.backend.verbs.remove import REMOVE, RemoveRequest

NAME = "trial"
DIRECTORY = "/home/user"
IMAGE = "/home/user/images/debian-12.img"


@dataclass(frozen=True)
class Case:
    """A kind of sandbox, and the machine that it is made on."""

    id: str
    request: dict[str, Any] = field(default_factory=dict)
    machine: Callable[[], World] = demo_world
    grows: bool = True

    @property
    def beside(self) -> dict[str, Any]:
        """Another sandbox that can be there at the same time: of the same disk where dm shares it; with the
        udev rule where this one needs it.
        """
        if not self.id.startswith("overlay"):
            return {"no_mount": True}
        claimed = self.request.get("origin") in (None, IMAGE) and self.machine is not without_mapper
        return {"engine": "overlay"} if claimed else {"origin": "/home"}


def without_snapshots() -> World:
    """A machine whose kernel has no dm-snapshot: sandboxes are made by file."""
    world = demo_world()
    world.installed.discard("dm_snapshot")
    return world


def without_mapper() -> World:
    """A machine whose kernel has no device-mapper at all."""
    world = without_snapshots()
    world.installed.discard("dm_mod")
    world.modules.discard("dm_mod")
    return world


def _unloaded_overlay() -> World:
    world = demo_world()
    world.modules.discard("overlay")
    return world


def without_null_blk() -> World:
    """A machine whose kernel has no memory-backed devices: stores are files."""
    world = demo_world()
    world.installed.discard("null_blk")
    return world


def _without_config() -> World:
    """A machine on which configfs is mounted nowhere."""
    world = demo_world()
    world.mounts = [mount for mount in world.mounts if mount.fs.type != "configfs"]
    return world


CASES = (
    Case("ram"),
    Case("ram, no configfs", {}, _without_config),
    Case("ram, no mount", {"no_mount": True}),
    Case("tmpfs", {"store": "tmpfs"}),
    Case("tmpfs, no null_blk", {}, without_null_blk),
    Case("tmpfs, no udev", {"store": "tmpfs"}, lambda: demo_world(udev=False)),
    Case("ramdisk", {"store": "ramdisk"}),
    Case("classic", {"classic": True}, grows=False),
    Case("image", {"origin": IMAGE}),
    Case("image on tmpfs", {"origin": IMAGE, "store": "tmpfs"}),
    Case("image on a ramdisk", {"origin": IMAGE, "store": "ramdisk"}),
    Case("whole disk", {"origin": "/dev/sdb"}),
    Case("no mount", {"no_mount": True, "store": "tmpfs"}),
    Case("mount point made", {"mount": "/mnt/new"}),
    Case("mount point there", {"mount": "/mnt"}),
    Case("hash asked for", {"hash": True}),
    Case("no udev", {}, lambda: demo_world(udev=False)),
    Case("no udev, ramdisk", {"store": "ramdisk"}, lambda: demo_world(udev=False)),
    Case("large chunks", {"chunk": 65536}),
    Case("overlay", {"engine": "overlay"}),
    Case("overlay, no dm-snapshot", {}, without_snapshots),
    Case("overlay, no device-mapper", {}, without_mapper),
    Case("overlay, no device-mapper, hashed", {"hash": True}, without_mapper),
    Case("overlay, no overlayfs loaded", {"engine": "overlay"}, _unloaded_overlay),
    Case("overlay of an image", {"origin": IMAGE, "engine": "overlay"}),
    Case("overlay of a directory", {"origin": DIRECTORY}),
    Case("overlay of a directory, hashed", {"origin": DIRECTORY, "hash": True}),
    Case("overlay, mount point made", {"engine": "overlay", "mount": "/mnt/new"}),
    Case("overlay, mount point there", {"engine": "overlay", "mount": "/mnt"}),
    Case("overlay, no udev", {"engine": "overlay"}, lambda: demo_world(udev=False)),
)


def request(**options: Any) -> CreateRequest:
    """A request for a sandbox of the USB disk with 256 MiB, changed by `options`."""
    usual = {"origin": "/dev/sdb1", "name": NAME, "size": "256M", "created": 0.0}
    chosen = {**usual, **options}
    return CreateRequest(**{**chosen, "size": sizes.parse(chosen["size"])})


def make(host: PracticeHost, **options: Any) -> Plan:
    """Create a sandbox; the plan that was run, as of all that follow."""
    return verbs.run(host, CREATE, request(**options))[0]


def enlarge(host: PracticeHost, size: str = "+64M", name: str = NAME) -> Plan:
    """Grow a sandbox."""
    return verbs.run(host, GROW, GrowRequest(name, size))[0]


def discard_proven(host: PracticeHost, name: str = NAME) -> Proof:
    """Remove a sandbox; the proof."""
    return verbs.run(host, REMOVE, RemoveRequest((name,)))[1].removed[0].proof


def discard(host: PracticeHost, *names: str) -> Plan:
    """Remove sandboxes."""
    return verbs.run(host, REMOVE, RemoveRequest(names or (NAME,)))[0]


def clear(host: PracticeHost) -> Plan:
    """Recover from an interruption."""
    return verbs.run(host, RECOVER, None)[0]


def look(host: PracticeHost) -> Inventory:
    """Read the machine."""
    return inventory.read(host)


def sandbox(host: PracticeHost, name: str = NAME) -> Sandbox:
    """Read one sandbox."""
    return look(host).sandbox(name)


def killed(verb: Callable[[], Plan]) -> bool:
    """Whether a verb was killed; False when it came to its end."""
    try:
        verb()
    except Killed:
        return True
    return False


def begins(argv: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a command line begins with these words."""
    return list(argv[: len(words)]) == list(words)


def same(host: PracticeHost, before: State) -> None:
    """Assert that the machine is as it was, saying what is not.

    RAM disks that were there before keep the pages that were once written: only unloading
    brd gives them back, and a module that others loaded is theirs.
    """
    left = differences(before, host.snapshot())
    if before["ram disks"] is not None:
        left = [line for line in left if not line.startswith(("device ram", "memory"))]
    left += [f"the practice does not know {argv}" for argv in host.unknown]
    if left:
        pytest.fail("\n".join(left))


def hide(host: PracticeHost, name: str = NAME, pid: int = 4711) -> None:
    """Move all that is mounted of a sandbox into another namespace."""
    place = paths.of(name)
    gone = [mount for mount in host.world.mounts if mount.point.startswith(f"{place}/")]
    host.world.mounts = [mount for mount in host.world.mounts if mount not in gone]
    host.world.foreign += [
        ForeignMount(pid, "bash", mount.fs.devno, "", mount.point, None, None, inside=name) for mount in gone
    ]


def without_mounts(host: PracticeHost) -> None:
    """As when the mount namespace has ended that the sandboxes were made in."""
    for mount in reversed(mounts.read(host)):
        if mount.mountpoint.startswith(f"{paths.RUN_DIR}/"):
            host.run(["umount", mount.mountpoint])
