"""What is in the way, what is missing, what vanishes: refused or undone, and nothing is left."""

from collections.abc import Callable

import pytest

from tests.unit.practice_verbs import (
    CASES,
    NAME,
    clear,
    discard,
    discard_proven,
    killed,
    look,
    make,
    same,
    sandbox,
)
from tui.backend import execute
from tui.backend.errors import CommandFailed, NeedsRoot, NotFound, PlanFailed, Refused, SandboxError
from tui.backend.practice import PracticeHost, add_strange_disk, demo_world, events
from tui.backend.practice.world import World
from tui.backend.sandboxes import mounts

MOUNT = f"/run/sandbox-tui/{NAME}/mnt"


def refused(host: PracticeHost, *words: str) -> None:
    """Assert that removing is refused with these words, and changes nothing."""
    before = host.snapshot()
    with pytest.raises(Refused) as refusal:
        discard(host)
    for word in words:
        assert word in refusal.value.message
    assert host.snapshot() == before


@pytest.mark.parametrize("path", [MOUNT, f"{MOUNT}/documents", f"/dev/mapper/{NAME}", "/dev/dm-2"])
def test_process_in_the_way(path: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    pid = events.start(host.world, "bash", "works in", path)
    refused(host, str(pid), "bash", "of user")
    host.run(["kill", "-TERM", str(pid)])
    discard(host)
    same(host, before)


def test_process_that_comes_late() -> None:
    """It comes between the plan and its steps: umount says busy, and the mark is taken back."""
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    whole = host.snapshot()

    def arrive(argv: object) -> bool:
        if isinstance(argv, list | tuple) and argv[:1] in (["umount"], ("umount",)):
            events.start(host.world, "bash", "works in", MOUNT)
        return False

    host.fail_when(arrive)
    with pytest.raises(PlanFailed, match="target is busy") as failure:
        discard(host)
    assert failure.value.undone
    events.end(host.world, max(host.world.processes))
    assert host.snapshot() == whole
    host = PracticeHost(host.world)
    discard(host)
    same(host, before)


def test_nested_mount_in_the_way() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    host.run(["mount", "-t", "tmpfs", "-o", "size=4096", "inner", f"{MOUNT}/music"])
    refused(host, f"{MOUNT}/music")
    host.run(["umount", f"{MOUNT}/music"])
    discard(host)
    same(host, before)


def test_foreign_namespace_in_the_way() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    pid = events.mount_elsewhere(host.world, "dm-2", "containerd", "/data")
    refused(host, "containerd", str(pid), "/data")
    events.end(host.world, pid)
    discard(host)
    same(host, before)


def test_device_on_top_in_the_way() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host, no_mount=True)
    host.run(["dmsetup", "create", "part1", "--table", f"0 2048 linear /dev/mapper/{NAME} 2048"])
    refused(host, "part1")
    host.run(["dmsetup", "remove", "part1"])
    discard(host)
    same(host, before)


def test_mounted_twice() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    host.run(["mount", "-t", "ext4", f"/dev/mapper/{NAME}", "/mnt"])
    assert [mount.mountpoint for mount in sandbox(host).mounts] == [MOUNT, "/mnt"]
    discard(host)
    same(host, before)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_full_run(case: object) -> None:
    """A full /run: undone or refused at the first file that does not fit."""
    for inodes in (False, True):
        host = PracticeHost()
        events.fill_run(host.world, inodes=inodes)
        before = host.snapshot()
        with pytest.raises((PlanFailed, CommandFailed), match="No space left on device"):
            make(host, **getattr(case, "request"))  # noqa: B009
        same(host, before)


def _without(module: str) -> World:
    world = demo_world()
    world.installed.discard(module)
    return world


@pytest.mark.parametrize(
    ("world", "options", "words"),
    [
        (lambda: _without("brd"), {"store": "ramdisk"}, "the kernel has no brd"),
        (lambda: _without("brd"), {"classic": True}, "the kernel has no brd"),
        (lambda: _without("null_blk"), {"store": "ram"}, "the kernel has no null_blk"),
    ],
)
def test_missing_modules(world: Callable[[], World], options: dict[str, object], words: str) -> None:
    host = PracticeHost(world())
    before = host.snapshot()
    with pytest.raises(Refused, match=words):
        make(host, **options)
    same(host, before)


@pytest.mark.parametrize("udev", [True, False])
@pytest.mark.parametrize(
    "program",
    ["losetup", "mount", "lsblk", "blockdev", "tee", "mkdir", "truncate", "cat"],
)
def test_missing_programs(program: str, udev: bool) -> None:
    host = PracticeHost(demo_world(udev=udev))
    before = host.snapshot()
    host.absent.add(program)
    assert not host.has_program(program)
    with pytest.raises(SandboxError, match=program):
        make(host, store="tmpfs")
    same(host, before)


@pytest.mark.parametrize("program", ["dmsetup", "modprobe"])
def test_missing_programs_of_the_snapshot_engine(program: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    host.absent.add(program)
    with pytest.raises(Refused, match=program):
        make(host, engine="snapshot")
    same(host, before)


def test_ordinary_user() -> None:
    host = PracticeHost(demo_world(root=False))
    assert {device.kname for device in look(host).devices} >= {"sda", "sdb1", "sr0"}
    with pytest.raises(NeedsRoot):
        make(host)
    with pytest.raises(NeedsRoot), host.lock("try"):
        pass
    assert [call[0] for call in host.calls] == ["lsblk"]


def test_ordinary_user_sees_sandboxes_without_their_fill() -> None:
    host = PracticeHost()
    make(host)
    host.world.root = False
    found = sandbox(host)
    assert found.record is None
    assert found.status.used is None
    assert found.mountpoint == MOUNT


def test_disk_is_pulled_out_before_the_steps() -> None:
    host = PracticeHost()
    events.unplug(host.world, "sdb")
    with pytest.raises(NotFound):
        make(host)


@pytest.mark.parametrize("number", range(26))
def test_disk_is_pulled_out_between_steps(number: int) -> None:
    """Before command `number`: refused, undone, or made all the same; nothing is left."""
    host = PracticeHost()
    before = host.snapshot()
    calls, pulled = iter(range(100)), []

    def pull(_argv: object) -> bool:
        if next(calls) == number:
            pulled.extend(events.unplug(host.world, "sdb"))
        return False

    host.fail_when(pull)
    try:
        make(host)
    except PlanFailed as error:
        if not error.undone:
            pytest.fail(str(error))
    except SandboxError:
        pass
    else:
        discard(host)
    if pulled:
        events.plug(host.world, pulled)
    same(host, before)


def test_disk_is_pulled_out_below_a_sandbox() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    disks = events.unplug(host.world, "sdb")
    found = sandbox(host)
    assert not found.interrupted
    shown = discard_proven(host)
    assert shown.counters_same is None
    assert shown.sentence.startswith("It cannot be told whether /dev/sdb1 was written to")
    events.plug(host.world, disks)
    same(host, before)


def test_another_disk_has_the_name() -> None:
    """The disk is exchanged after the plan was made: its first steps notice, nothing is touched."""
    host = PracticeHost()
    calls = iter(range(100))

    def exchange(argv: object) -> bool:
        if next(calls) == 1:
            events.plug(host.world, events.unplug(host.world, "sdb"))
        return False

    before = host.snapshot()
    host.fail_when(exchange)
    with pytest.raises(PlanFailed, match="the machine has changed"):
        make(host)
    same(host, before)


NO_ORIGINS: tuple[str, ...] = (
    "/dev/sda",
    "/dev/sda2",
    "/dev/sda3",
    "/dev/sr0",
    "/dev/nvme0n1p1",
    "/run",
    "/dev/null",
)
NO_ORIGINS += ("/home/user/images/empty.img", "/home/user/images/odd.img")


@pytest.mark.parametrize("origin", NO_ORIGINS)
def test_what_cannot_be_an_origin(origin: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    with pytest.raises(Refused):
        make(host, origin=origin)
    same(host, before)


def test_mounted_in_another_namespace() -> None:
    host = PracticeHost()
    pid = events.mount_elsewhere(host.world, "sdb1")
    with pytest.raises(Refused, match=f"process {pid} containerd"):
        make(host)


def test_strange_texts_stay_data() -> None:
    host = PracticeHost()
    before = host.snapshot()
    add_strange_disk(host.world)
    device = look(host).device("sdc1")
    assert device is not None
    assert "[red]" in device.label
    strange = host.snapshot()
    make(host, origin="/dev/sdc1")
    discard(host)
    same(host, strange)
    events.unplug(host.world, "sdc")
    same(host, before)


def test_by_label_stays_with_the_origin() -> None:
    host = PracticeHost()
    make(host, origin="/dev/disk/by-label/data")
    assert host.resolve("/dev/disk/by-label/data") == "/dev/sdb1"
    host.run(["rm", "--force", "/run/udev/rules.d/57-sandbox-tui.rules"])
    assert host.resolve("/dev/disk/by-label/data") == "/dev/dm-2"


def test_one_lock() -> None:
    host = PracticeHost()
    before = host.snapshot()
    with host.lock("grow other"):
        with pytest.raises(Refused, match="to grow other"):
            make(host)
        with pytest.raises(Refused), host.lock("again"):
            pass
    same(host, before)


@pytest.mark.parametrize("step", range(20))
def test_a_mount_point_goes_with_the_sandbox_that_it_is_made_for(step: int) -> None:
    """Be that one whole or killed at any step: nobody else may mount there meanwhile."""
    host = PracticeHost()
    before = host.snapshot()
    host.kill_at(step)
    killed(lambda: make(host, mount="/mnt/new"))
    host.forgive()
    noted = any(box.record and box.record.mount_made for box in look(host).sandboxes)
    if noted:
        with pytest.raises(Refused, match=f"it goes with the sandbox {NAME}"):
            make(host, name="second", mount="/mnt/new")
    else:
        make(host, name="second", mount="/mnt/new")
        discard(host, "second")
    clear(host)
    same(host, before)


def test_a_mount_point_of_its_own_can_be_used_again() -> None:
    host = PracticeHost()
    make(host, mount="/mnt/new")
    unmount = mounts.prepare_unmount(host, look(host), NAME)
    execute.run(unmount, host)
    with pytest.raises(Refused, match="goes with the sandbox"):
        make(host, name="second", mount="/mnt/new")
    execute.run(mounts.prepare_mount(host, look(host), NAME, "/mnt/new"), host)
    assert sandbox(host).mountpoint == "/mnt/new"
