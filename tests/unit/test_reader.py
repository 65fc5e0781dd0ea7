"""Successive readings: what cannot have changed is not read again, what has changed is always seen."""

import errno
from dataclasses import replace

import pytest

from tests import verbs
from tests.unit.practice_verbs import NAME, discard, enlarge, make, without_mapper
from tui.backend import paths
from tui.backend.inventory import Inventory, parts, sandboxes
from tui.backend.inventory.devices import Device
from tui.backend.inventory.reader import _OLDEST, Reader
from tui.backend.inventory.status import NOT_READ
from tui.backend.practice import PracticeHost, events, storage, tree
from tui.backend.practice.nodes import Content
from tui.backend.sandboxes import memory
from tui.backend.verbs.mount import MOUNT, MountRequest
from tui.backend.verbs.remove import REMOVE, RemoveRequest
from tui.backend.verbs.unmount import UNMOUNT, UnmountRequest


class WatchedHost(PracticeHost):
    """A practice machine that notes which files were read."""

    def __init__(self) -> None:
        super().__init__()
        self.looked: list[str] = []

    def read(self, path: str) -> str:
        """With a note of it."""
        self.looked.append(path)
        return super().read(path)


class NoNumbers(PracticeHost):
    """A practice machine whose kernel does not show the numbers of its device events."""

    def read(self, path: str) -> str:
        """All but those."""
        if path == parts._EVENTS:
            raise FileNotFoundError(errno.ENOENT, "is not shown", path)
        return super().read(path)


def test_a_quiet_tick_reads_a_few_files() -> None:
    host = WatchedHost()
    make(host)
    reader = Reader(host)
    first = reader.read().sandboxes
    host.looked.clear()
    host.calls.clear()
    reader.read()
    host.looked.clear()
    assert reader.read().sandboxes == first
    record = paths.of(NAME, paths.RECORD)
    paused = [f"/sys/block/dm-{number}/dm/suspended" for number in (2, 1)]
    lists = [parts._EVENTS, "/proc/self/mountinfo", "/proc/swaps", "/proc/partitions"]
    assert host.looked == [*lists, *paused, record]
    assert {call[0] for call in host.calls} == {"dmsetup"}


def test_every_reading_is_as_a_fresh_one() -> None:
    host = PracticeHost()
    reader = Reader(host)
    for change in (
        lambda: make(host),
        lambda: events.write(host.world, NAME, 1 << 20),
        lambda: enlarge(host),
        lambda: tree.write(host.world, paths.of(NAME, f"{paths.BUSY}grow"), ""),
        lambda: tree.unlink(host.world, paths.of(NAME, f"{paths.BUSY}grow")),
        lambda: host.run(["dmsetup", "suspend", NAME]),
        lambda: host.run(["dmsetup", "resume", NAME]),
        lambda: tree.write(host.world, paths.of(NAME, paths.RECORD), "{}"),
        lambda: discard(host),
    ):
        change()
        assert reader.read().sandboxes == sandboxes.read(host)
        assert reader.read().sandboxes == sandboxes.read(host)
        alone = sandboxes.one(host, NAME)
        assert (() if alone is None else (alone,)) == sandboxes.read(host)


def test_a_verb_of_one_reads_nothing_of_the_others() -> None:
    """But whose their parts are, and which files are attached: those may lie in this one."""
    host = WatchedHost()
    make(host)
    make(host, name="other")
    other = sandboxes.one(host, "other")
    assert other is not None
    assert other.map
    for change in (
        lambda: verbs.run(host, UNMOUNT, UnmountRequest(NAME)),
        lambda: verbs.run(host, MOUNT, MountRequest(NAME)),
        lambda: verbs.run(host, REMOVE, RemoveRequest((NAME,))),
    ):
        host.looked.clear()
        host.calls.clear()
        change()
        assert not {paths.of("other", paths.RECORD), f"/sys/block/{other.map.kname}/size"} & set(host.looked)
        assert "lsblk" not in {call[0] for call in host.calls}


def test_a_mount_point_that_somebody_removed_is_seen() -> None:
    host = PracticeHost()
    make(host, mount="/mnt/new")
    verbs.run(host, UNMOUNT, UnmountRequest(NAME))
    reader = Reader(host)
    reader.read()
    assert [box.mount_left for box in reader.read().sandboxes] == ["/mnt/new"]
    tree.rmdir(host.world, "/mnt/new")
    assert [box.mount_left for box in reader.read().sandboxes] == [None]


def test_other_devices_leave_the_rest_of_a_reading_alone() -> None:
    host = PracticeHost()
    make(host)
    now = Inventory(host)
    found, devices = now.sandboxes, now.devices
    discard(host)
    other = now.knowing(devices[1:])
    assert other.devices == devices[1:]
    assert now.devices == devices
    assert other.sandboxes == found


def test_a_device_read_alone_is_the_same_as_among_all() -> None:
    """With all that decides on it: its verdict is."""
    host = PracticeHost()
    make(host, store="tmpfs")
    everything = Inventory(host).devices
    assert {device.type for device in everything} > {"disk", "part", "loop", "dm"}
    for device in everything:
        around = Inventory(host).around(device.kname)
        (alone,) = (one for one in around if one.kname == device.kname)
        assert len(around) < len(everything)
        assert _in_order(alone) == _in_order(device)


def _in_order(device: Device) -> Device:
    return replace(device, parents=tuple(sorted(device.parents)), children=tuple(sorted(device.children)))


def test_a_machine_that_numbers_nothing_is_read_every_time() -> None:
    host = NoNumbers()
    reader = Reader(host)
    assert not parts.mark(host)[0]
    make(host)
    assert [sandbox.name for sandbox in reader.read().sandboxes] == [NAME]
    discard(host)
    assert reader.read().sandboxes == ()


def test_what_no_mark_tells_is_read_again_now_and_then() -> None:
    host = PracticeHost()
    reader = Reader(host)
    for _ in range(2):
        assert "late" not in {device.label for device in reader.read().devices}
    storage.put(host.world, "sdb1", Content("ext4", "late"))
    readings = [{device.label for device in reader.read().devices} for _ in range(_OLDEST)]
    assert "late" not in readings[0]
    assert "late" in readings[-1]


@pytest.mark.parametrize(("code", "left"), [(errno.EIO, "/mnt/new"), (errno.ELOOP, None)])
def test_a_mount_point_that_cannot_be_looked_at(
    monkeypatch: pytest.MonkeyPatch, code: int, left: str | None
) -> None:
    """The root of a file system that has shut down is there; where links lead in a circle it is not."""
    host = PracticeHost()
    make(host, mount="/mnt/new")
    kind = host.kind

    def look(path: str) -> object:
        if path == "/mnt/new":
            raise OSError(code, "cannot be looked at")
        return kind(path)

    monkeypatch.setattr(host, "kind", look)
    assert [box.mount_left for box in sandboxes.read(host)] == [left]


@pytest.mark.parametrize("exchanged", [True, False])
def test_a_device_is_made_writable_again_only_if_it_still_is_that_disk(exchanged: bool) -> None:
    """Nothing of it is mounted any more that would tell."""
    host = PracticeHost(without_mapper())
    make(host, engine="overlay")
    for part in ("mnt", "lower"):
        host.run(["umount", paths.of(NAME, part)])
    if exchanged:
        host.world.blocks["sdb1"].size += 1 << 20
    assert [box.locked for box in sandboxes.read(host)] == [None if exchanged else "/dev/sdb1"]


def test_one_that_is_being_made_counts_with_its_whole_store() -> None:
    host = PracticeHost()
    make(host, engine="overlay")
    (box,) = sandboxes.read(host)
    unread = replace(box, status=NOT_READ)
    assert memory.promised((unread,)) == 0
    assert memory.promised((replace(unread, running=True),)) > 256 << 20
