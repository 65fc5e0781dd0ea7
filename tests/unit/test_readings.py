"""Texts of the kernel and of programs, turned into values."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.inventory import mounts, record
from tui.backend.inventory.record import Record
from tui.backend.kernel import dm_status, kmsg, lsblk, mountinfo
from tui.backend.kernel.block_stat import Counters
from tui.backend.kernel.dm_status import Health, Status
from tui.backend.sandboxes import counters

RECORD = Record(
    name="trial",
    origin="/dev/sdb1",
    origin_size=1 << 30,
    origin_id="wwn",
    image=False,
    engine="snapshot",
    store="tmpfs",
    policy="PO",
    chunk=4096,
    size=1 << 20,
    fstype="ext4",
    mount=None,
    mount_options="",
    mount_made=False,
    hashed=False,
    brd_loaded=False,
    created=1.5,
    version="0.1.0",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16/2048 16", Status(Health.ACTIVE, 8192, 1048576, 8192, "16/2048 16")),
        ("16/2048", Status(Health.ACTIVE, 8192, 1048576, None, "16/2048")),
        ("Overflow", Status(Health.OVERFLOW, raw="Overflow")),
        ("Invalid", Status(Health.INVALID, raw="Invalid")),
        ("Merge failed", Status(Health.UNKNOWN, raw="Merge failed")),
        ("Unknown", Status(Health.UNKNOWN, raw="Unknown")),
        ("0/0 0", Status(Health.UNKNOWN, raw="0/0 0")),
        ("16/2048 16 some future word", Status(Health.UNKNOWN, raw="16/2048 16 some future word")),
        ("", Status(Health.UNKNOWN, raw="")),
    ],
)
def test_snapshot_status(text: str, expected: Status) -> None:
    assert dm_status.parse(text) == expected


@given(st.text(max_size=60))
def test_any_status_is_a_value(text: str) -> None:
    reading = dm_status.parse(text)
    assert (reading.used is not None) == (reading.health is Health.ACTIVE)


def test_many_statuses_in_one_text() -> None:
    text = (
        "a: 0 2048 snapshot 16/64 16\nb.c+d: 0 4096 snapshot Overflow\nNo devices found\nlin: 0 8 linear \n"
    )
    assert {name: found.health for name, found in dm_status.parse_all(text).items()} == {
        "a": Health.ACTIVE,
        "b.c+d": Health.OVERFLOW,
    }


@given(
    st.dictionaries(
        st.text(string.ascii_letters + "._+-", min_size=1), st.tuples(st.integers(0, 99), st.integers(1, 99))
    )
)
def test_statuses_come_back_by_name(readings: dict[str, tuple[int, int]]) -> None:
    text = "".join(f"{name}: 0 8 snapshot {used}/{total} 0\n" for name, (used, total) in readings.items())
    found = dm_status.parse_all(text)
    assert {name: (s.used, s.total) for name, s in found.items()} == {
        name: (used * 512, total * 512) for name, (used, total) in readings.items()
    }


def escape(text: str) -> str:
    return "".join(f"\\{ord(c):03o}" if c in " \t\n\\" else c for c in text)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
    st.text(" \t\n\\aé", min_size=1),
)
def test_mount_points_survive_the_kernels_escapes(point: str, source: str) -> None:
    point = point.replace("\r", "").replace("\x0b", "").replace("\x0c", "")
    point = "".join(c for c in point if len(f"a{c}b".splitlines()) == 1 or c == "\n")
    line = f"36 35 98:0 / {escape('/' + point)} rw shared:7 master:2 - ext4 {escape(source)} rw\n"
    (mount,) = mountinfo.parse(line)
    assert (mount.mountpoint, mount.source) == ("/" + point, source)
    assert (mount.shared, mount.master, mount.options) == ("7", "2", "rw")


@given(st.text())
def test_any_mountinfo_is_read_without_failing(text: str) -> None:
    assert isinstance(mountinfo.parse(text), tuple)


def test_below_does_not_mistake_neighbours() -> None:
    line = "1 0 8:1 / {} rw - ext4 /dev/x rw\n"
    found = mountinfo.parse("".join(line.format(point) for point in ("/a", "/a/b", "/ab")))
    assert [mount.mountpoint for mount in mounts.below(found, "/a")] == ["/a", "/a/b"]


def test_a_record_comes_back() -> None:
    assert record.parse(RECORD.text()) == RECORD


@given(st.text(), st.integers(0, 400))
def test_a_damaged_record_is_none_or_whole(noise: str, cut: int) -> None:
    assert record.parse(noise) is None
    text = RECORD.text()
    assert record.parse(text[:cut]) in (None, RECORD)


@pytest.mark.parametrize("key", json.loads(RECORD.text()))
def test_a_record_with_a_value_of_another_kind_is_none(key: str) -> None:
    data = json.loads(RECORD.text())
    assert record.parse(json.dumps({**data, key: ["x"]})) is None
    del data[key]
    assert (record.parse(json.dumps(data)) is None) == (
        key not in ("tree", "locked", "namespace", "schema", "diskseq")
    )  # newer than the rest


def test_devices_that_hang_below_several_parents_come_once() -> None:
    node = {
        "kname": "md0",
        "path": "/dev/md0",
        "maj:min": "9:0",
        "size": 8,
        "type": "raid1",
        "mountpoints": [None],
    }
    text = json.dumps(
        {"blockdevices": [{"kname": k, "path": f"/dev/{k}", "children": [node]} for k in ("sda", "sdb")]}
    )
    found = {device.kname: device for device in lsblk.parse(text)}
    assert found["md0"].parents == ("sda", "sdb")
    assert found["md0"].mounts == ()
    assert found["sda"].children == ("md0",)


def test_write_counters() -> None:
    counts = "   10  1  80  3  5 0 40 2 0 4 5 1 0 8 0 7 7"
    text = f"/sys/class/block/sdb/stat:{counts}\n"
    assert counters.parse(text, "sdb").own == Counters(40, 1, 8)
    assert counters.parse("/sys/class/block/sdb/stat:1 2 3\n", "sdb").own is None
    assert counters.parse("", "sdb").own is None


def _rounds(*rounds: tuple[int, int, int]) -> str:
    """What is read of a disk and two partitions that have so many sectors written."""
    names = ("sdb", "sdb1", "sdb2")
    rows = ((name, count) for one in rounds for name, count in zip(names, one, strict=True))
    return "".join(f"/sys/class/block/{name}/stat: 0 0 0 0 0 0 {count} 0\n" for name, count in rows)


def test_counters_of_a_partition() -> None:
    """What its disk has more than the partitions: known only when all were read at one moment."""
    still = counters.parse(_rounds((10, 3, 4), (10, 3, 4)), "sdb1")
    assert still.own == Counters(3, 0, 0)
    assert still.rest == Counters(3, 0, 0)
    assert still.parts == {"sdb1", "sdb2"}
    moving = _rounds((10, 3, 4), (11, 3, 5), (12, 3, 6))
    assert counters.parse(moving, "sdb1").rest is None
    assert counters.parse(_rounds((10, 3, 4), (11, 3, 5), (11, 3, 5)), "sdb1").rest == still.rest


def test_the_kernels_reason_is_found_in_its_log() -> None:
    assert kmsg.record(
        "3,1,2,-;device-mapper: table: 254:0: snapshot: Cannot get origin device\n DEV=x\n"
    ) == ("device-mapper: table: 254:0: snapshot: Cannot get origin device")
    assert kmsg.record("6,1,2,-;usb 1-1: new device\n") is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("36 35 0:99 / /mnt rw - fuse.evil /dev/sdb1 rw", False),
        ("36 35 0:99 / /mnt rw - tmpfs /dev/sdb1 rw", False),
        ("36 35 0:99 / /mnt rw - btrfs /dev/sdb1 rw", True),
        ("36 35 0:99 / /mnt rw - btrfs /dev/sdc1 rw", False),
        ("36 35 8:17 / /mnt rw - ext4 /dev/root rw", True),
    ],
)
def test_a_mount_shows_a_device_by_number_and_by_name_where_numbers_are_of_its_own(
    line: str, shown: bool
) -> None:
    (mount,) = mountinfo.parse(line)
    assert mounts.shows(mount, "8:17", ("/dev/sdb1",)) == shown
