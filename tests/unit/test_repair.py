"""Making the device of a full sandbox again: over the very same disk, or not at all."""

from dataclasses import replace

import pytest

from tests.unit.practice_verbs import NAME, enlarge, look, make, sandbox
from tui.backend import origins
from tui.backend.command import command
from tui.backend.errors import Refused
from tui.backend.inventory.record import Record
from tui.backend.kernel.dm_table import Snapshot
from tui.backend.kernel.mountinfo import Mount
from tui.backend.practice import PracticeHost, storage
from tui.backend.sandboxes import grow, mounting, remounting, repair


def both() -> tuple[origins.Origin, Record]:
    """An origin as it is found, and the record of a sandbox of it."""
    host = PracticeHost()
    make(host)
    record = look(host).sandbox(NAME).record
    assert record is not None
    return origins.find(host, look(host), record.origin), record


@pytest.mark.parametrize(
    ("identity", "noted", "diskseq", "same"),
    [
        ("serial 1", "serial 1", 0, True),
        ("serial 1", "serial 2", None, False),
        ("", "", None, True),
        ("", "", 99, False),
        ("", "", 0, False),
        ("serial 1", "", 0, False),
        ("", "serial 1", 0, False),
    ],
)
def test_a_disk_is_the_same_when_it_is_known_to_be(
    identity: str, noted: str, diskseq: int | None, same: bool
) -> None:
    """By its serial number, else by the kernel's number; `None` stands for that of the disk that is there."""
    found, record = both()
    assert found.device is not None
    number = found.device.diskseq if diskseq is None else diskseq
    assert number is not None
    found = replace(found, identity=identity)
    assert repair._same_disk(found, replace(record, origin_id=noted, diskseq=number)) is same


@pytest.mark.parametrize("propagation", ["private", "shared", "unbindable"])
def test_a_mount_comes_back_with_its_propagation(propagation: str) -> None:
    """As mount(8) has it among the options; kernels show it in a field of its own."""
    host = PracticeHost()
    make(host)
    point = look(host).sandbox(NAME).mountpoint
    host.run(["umount", str(point)])
    host.run(["mount", "-o", f"noatime,{propagation}", f"/dev/mapper/{NAME}", str(point)])
    box = look(host).sandbox(NAME)
    remounting.check(box)
    last = str(remounting.mount_again(box, "")[-1].command)
    assert f",{propagation}'" in last
    assert [word for word in ("private", "shared", "unbindable") if word in last] == [propagation]


@pytest.mark.parametrize("mounted", [True, False])
@pytest.mark.parametrize(
    ("fstype", "told"),
    [
        ("ext2", True),
        ("vfat", True),
        ("udf", True),
        ("ext4", False),
        ("ntfs", False),
        ("squashfs", False),
        ("LVM2_member", False),
        ("", False),
    ],
)
def test_what_has_no_journal_is_to_be_checked(fstype: str, told: bool, mounted: bool) -> None:
    """Whether it is mounted while it is full or not."""
    host = PracticeHost()
    make(host)
    box = look(host).sandbox(NAME)
    assert box.record is not None
    points = tuple(replace(mount, fstype=fstype) for mount in box.mounts) if mounted else ()
    box = replace(box, mounts=points, record=replace(box.record, fstype=fstype))
    assert ("check it with fsck" in " ".join(repair.notes(box))) is told


@pytest.mark.parametrize(
    ("fstype", "options", "data", "wanted"),
    [
        ("ext4", "rw,relatime", "rw", False),
        ("ext4", "rw,relatime", "ro", False),  # the kernel made it so when it was full
        ("ext4", "ro,relatime", "ro", True),
        ("ext4", "ro,relatime", "ro,norecovery,errors=remount-ro", False),  # we, while it was full
        ("xfs", "ro,relatime", "ro,nouuid,norecovery", False),
        ("btrfs", "ro", "ro,rescue=nologreplay", False),
        ("btrfs", "ro", "ro", True),
        ("vfat", "ro", "ro", False),  # it cannot be told
    ],
)
def test_whether_somebody_wants_it_read_only(fstype: str, options: str, data: str, wanted: bool) -> None:
    mount = Mount(1, "1:1", "/", "/mnt", fstype, "/dev/x", options, data)
    assert mounting.is_read_only(mount) is wanted


@pytest.mark.parametrize(
    ("fstype", "read_only"), [("ext2", True), ("vfat", True), ("ext4", False), ("xfs", False)]
)
def test_what_may_be_torn_is_mounted_read_only(fstype: str, read_only: bool) -> None:
    host = PracticeHost()
    make(host)
    box = look(host).sandbox(NAME)
    table = Snapshot(origin="8:17", cow="7:1", policy="PO", chunk=8)
    assert box.map is not None
    points = tuple(replace(mount, fstype=fstype) for mount in box.mounts)
    steps = repair.steps(replace(box, mounts=points, map=replace(box.map, table=table)), udev=True)
    (mount,) = (step.command for step in steps if step.title.startswith("Mount it on"))
    assert ("ro" in str(mount.argv[4]).split(",")) is read_only


def test_an_enlarged_store_that_is_in_use_is_not_cut_again() -> None:
    """The new map may have written there."""
    host = PracticeHost()
    make(host, store="tmpfs")
    steps = grow.plan(sandbox(host), "+64M", look(host), udev=True).plan.steps
    backs = [
        step for step in repair.enlarged(steps) if step.undo and step.undo.argv[0] in ("mount", "truncate")
    ]
    assert [step.undo_if for step in backs] == [
        (command("blockdev", "--getsize64", "/dev/loop0"), "268439552")
    ] * 2
    assert all("FULL as before" in step.aftermath for step in backs)


def test_it_is_not_made_again_over_an_origin_that_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    host = PracticeHost()
    make(host)
    box = look(host).sandbox(NAME)
    assert box.record is not None
    found = both()[0]
    monkeypatch.setattr(origins, "find", lambda *_: found)
    assert repair._origin(host, look(host), box, box.record).device is not None
    storage.write(host.world, "sdb1", 4096)
    with pytest.raises(Refused, match="was written to since then"):
        repair._origin(host, look(host), box, box.record)


def test_no_more_is_promised_than_there_is() -> None:
    host = PracticeHost()
    make(host)
    with pytest.raises(Refused, match="can be promised"):
        enlarge(host, "+1T")
