"""The programs of the practice machine say and do what the real ones do."""

import threading

import pytest

from tests.unit.practice_verbs import discard, look, make
from tui.backend import doctor, packages
from tui.backend.errors import CommandFailed
from tui.backend.host import FileKind, Host
from tui.backend.packages import Use
from tui.backend.practice import PracticeHost, demo_world, events

FAILURES = [
    (["mkdir", "/mnt"], 1, "cannot create directory \u2018/mnt\u2019: File exists"),
    (["mkdir", "/no/where"], 1, "No such file or directory"),
    (["rmdir", "/home"], 1, "failed to remove '/home': Directory not empty"),
    (["rmdir", "/nowhere"], 1, "No such file or directory"),
    (["rmdir", "--ignore-fail-on-non-empty", "/nowhere"], 1, "No such file or directory"),
    (["rmdir", "/run"], 1, "Device or resource busy"),
    (["rm", "/nowhere"], 1, "cannot remove '/nowhere': No such file or directory"),
    (["rm", "--force", "/home"], 1, "Is a directory"),
    (["cat", "/nowhere"], 1, "cat: /nowhere: No such file or directory"),
    (["cat", "/home"], 1, "Is a directory"),
    (["stat", "--format=%s", "/nowhere"], 1, "cannot statx '/nowhere'"),
    (["tee", "/proc/swaps/x"], 1, "Not a directory"),
    (["touch", "/sys/x"], 1, "Operation not permitted"),
    (["truncate", "--size=4K", "/no/where"], 1, "cannot open '/no/where' for writing"),
    (["sha256sum", "/home"], 1, "Is a directory"),
    (["mount", "-t", "ext4", "/dev/sda2", "/nowhere"], 32, "mount point does not exist"),
    (["mount", "-t", "ext4", "/dev/sdz", "/mnt"], 32, "special device /dev/sdz does not exist"),
    (["mount", "-t", "xfs", "/dev/sdb1", "/mnt"], 32, "wrong fs type"),
    (["mount", "-t", "ext4", "/dev/null", "/mnt"], 32, "is not a block device"),
    (["mount", "-t", "ext4", "/dev/nvme0n1p1", "/mnt"], 32, "already mounted or mount point busy"),
    (["mount", "-t", "ext4", "/dev/sdb1", "/etc/hostname"], 32, "mount point is not a directory"),
    (["mount", "-o", "remount,size=1", "/run"], 0, ""),
    (["mount", "-o", "remount,size=1", "/mnt"], 32, "mount point not mounted or bad option"),
    (["umount", "/mnt"], 32, "not mounted"),
    (["umount", "/nowhere"], 32, "no mount point specified"),
    (
        ["losetup", "--find", "--show", "/nowhere"],
        1,
        "failed to set up loop device: No such file or directory",
    ),
    (["losetup", "--detach", "/dev/loop0"], 1, "detach failed: No such device or address"),
    (["losetup", "--set-capacity", "/dev/loop0"], 1, "No such device or address"),
    (["dmsetup", "remove", "x"], 1, "remove ioctl on x  failed: No such device or address"),
    (["dmsetup", "remove", "vg0-srv"], 1, "remove ioctl on vg0-srv  failed: Device or resource busy"),
    (["dmsetup", "status", "x"], 1, "Device x not found"),
    (["dmsetup", "create", "vg0-srv", "--table", "0 8 linear /dev/sdb1 0"], 1, "create ioctl on vg0-srv"),
    (["dmsetup", "create", "x", "--table", "nonsense"], 1, "Invalid format"),
    (["env", "DM_DISABLE_UDEV=1", "dmsetup", "remove", "x"], 1, "No such device or address"),
    (["modprobe", "nonsense"], 1, "Module nonsense not found in directory /lib/modules/"),
    (["rmmod", "brd"], 1, "Module brd is not currently loaded"),
    (["blkid", "--probe", "--match-tag", "TYPE", "--output", "value", "/dev/sda"], 2, "exit status 2"),
    (["blockdev", "--getsize64", "/dev/sdz"], 1, "cannot open /dev/sdz"),
    (
        ["lsblk", "--nodeps", "--noheadings", "--raw", "--output", "MAJ:MIN", "/home"],
        32,
        "not a block device",
    ),
    (["kill", "1"], 1, "No such process"),
]


@pytest.mark.parametrize(("argv", "status", "words"), FAILURES, ids=[" ".join(row[0]) for row in FAILURES])
def test_failures(argv: list[str], status: int, words: str) -> None:
    host = PracticeHost()
    if not status:
        host.run(argv)
        return
    before = host.snapshot()
    with pytest.raises(CommandFailed) as failure:
        host.run(argv)
    assert failure.value.status == status
    assert words in failure.value.message
    assert host.snapshot() == before
    assert host.unknown == []


UNKNOWN = [
    ["mkfs.btrfs", "/dev/sdb1"],
    ["mount", "--move", "/mnt", "/srv"],
    ["dmsetup", "remove", "--force", "x"],
    ["dmsetup", "rename", "x", "y"],
    ["rm", "--one-file-system", "/x"],
    ["losetup", "/dev/loop0", "/x"],
    ["env", "PATH=/", "dmsetup", "status"],
    ["lsblk"],
]


@pytest.mark.parametrize("argv", UNKNOWN, ids=[" ".join(argv) for argv in UNKNOWN])
def test_what_is_not_practised_is_loud(argv: list[str]) -> None:
    host = PracticeHost()
    with pytest.raises(CommandFailed):
        host.run(argv)
    assert host.unknown == [tuple(argv)]


def test_absent_program() -> None:
    host = PracticeHost()
    host.absent.add("dmsetup")
    with pytest.raises(CommandFailed) as failure:
        host.run(["dmsetup", "status"])
    assert failure.value.message == "The program dmsetup is missing."
    assert "apt-get install dmsetup" in failure.value.hint
    with pytest.raises(CommandFailed, match="The program dmsetup is missing"):
        host.run(["env", "DM_DISABLE_UDEV=1", "dmsetup", "status"])


def test_files() -> None:
    host = PracticeHost()
    assert host.run(["tee", "/tmp/a"], input="one\n", output="/tmp/b") == ""
    assert (host.read("/tmp/a"), host.read("/tmp/b")) == ("one\n", "one\n")
    assert host.size("/tmp/a") == 4
    host.run(["mkdir", "--parents", "/tmp/x/y"])
    host.run(["mkdir", "--parents", "/tmp/x/y"])
    host.run(["rmdir", "--ignore-fail-on-non-empty", "/tmp/x"])
    assert host.listdir("/tmp/x") == ["y"]
    assert host.kind("/tmp/x/y") is FileKind.DIRECTORY
    assert host.kind("/dev/sda") is FileKind.BLOCK
    assert host.kind("/dev/null") is FileKind.CHARACTER
    assert host.kind("/tmp/a/b") is None
    assert host.resolve("/tmp/../tmp/x/nothing/../y") == "/tmp/x/y"
    assert host.resolve("/sys/class/block/sda1/..") == "/sys/devices/practice/block/sda"
    with pytest.raises(NotADirectoryError):
        host.listdir("/tmp/a")
    with pytest.raises(IsADirectoryError):
        host.read("/tmp")
    with pytest.raises(FileNotFoundError):
        host.size("/nowhere")


def test_tmpfs_holds_what_its_size_says() -> None:
    host = PracticeHost()
    host.run(["mount", "-t", "tmpfs", "-o", "size=8192,nr_inodes=3,mode=0700", "mine", "/mnt"])
    host.run(["tee", "/mnt/a"], input="x" * 8192)
    with pytest.raises(CommandFailed, match="No space left on device"):
        host.run(["tee", "/mnt/b"], input="x")
    with pytest.raises(CommandFailed, match="No space left on device"):
        host.run(["touch", "/mnt/c"])
    used = PracticeHost().memory().available - host.memory().available
    assert used == 8192
    with pytest.raises(CommandFailed, match="bad option"):
        host.run(["mount", "-o", "remount,size=4096", "/mnt"])
    host.run(["mount", "-o", "remount,size=12288", "/mnt"])
    host.run(["tee", "/mnt/b"], input="x")
    host.run(["umount", "/mnt"])
    assert host.memory() == PracticeHost().memory()


def test_mountinfo_is_escaped() -> None:
    host = PracticeHost()
    host.run(["mkdir", "/mnt/a b\tc\\d"])
    host.run(["mount", "-t", "tmpfs", "odd name", "/mnt/a b\tc\\d"])
    assert host.read("/proc/self/mountinfo").splitlines()[-1].split()[4] == r"/mnt/a\040b\011c\134d"


def test_detached_loop_lives_until_its_last_user_goes() -> None:
    host = PracticeHost()
    make(host, store="tmpfs")
    host.run(["losetup", "--detach", "/dev/loop0"])
    assert len(look(host).loops) == 1
    host.run(["umount", "/run/sandbox-tui/trial/mnt"])
    host.run(["dmsetup", "remove", "trial"])
    assert look(host).loops == ()


def test_brd() -> None:
    host = PracticeHost()
    host.run(["modprobe", "brd", "rd_nr=2", "rd_size=1024"])
    assert host.read("/sys/module/brd/parameters/rd_size") == "1024\n"
    assert [device.size for device in look(host).devices if device.kname.startswith("ram")] == [1 << 20] * 2
    host.run(["dd", "if=/dev/zero", "of=/dev/ram0", "bs=1M", "count=1"])
    assert PracticeHost().memory().available - host.memory().available == 1 << 20
    host.run(["dmsetup", "create", "x", "--table", "0 8 linear /dev/ram0 0"])
    with pytest.raises(CommandFailed, match="in use"):
        host.run(["modprobe", "--remove", "brd"])
    host.run(["dmsetup", "remove", "x"])
    host.run(["modprobe", "--remove", "brd"])
    assert host.memory() == PracticeHost().memory()


@pytest.mark.parametrize("udev", [True, False])
def test_nodes(udev: bool) -> None:
    host = PracticeHost(demo_world(udev=udev))
    host.run(["dmsetup", "create", "x", "--table", "0 8 linear /dev/sdb1 0"])
    assert (host.kind("/dev/mapper/x") is FileKind.BLOCK) is udev
    assert host.resolve("/dev/mapper/vg0-srv") == ("/dev/dm-0" if udev else "/dev/mapper/vg0-srv")
    assert (host.kind("/dev/disk") is FileKind.DIRECTORY) is udev
    host.run(["dmsetup", "remove", "x"])
    host.run(["env", "DM_DISABLE_UDEV=1", "dmsetup", "create", "x", "--table", "0 8 linear /dev/sdb1 0"])
    assert host.kind("/dev/mapper/x") is FileKind.BLOCK


def test_dmsetup_answers() -> None:
    host = PracticeHost()
    make(host, store="tmpfs")
    assert host.run(["dmsetup", "table", "trial"]) == "0 209713152 snapshot 8:17 7:0 PO 8\n"
    assert host.run(["dmsetup", "info", "-c", "--noheadings", "-o", "name,open", "trial"]) == "trial:1\n"
    assert "snapshot" in host.run(["dmsetup", "targets"])
    assert host.run(["dmsetup", "status", "--target", "snapshot"]).startswith("trial: 0 209713152 snapshot ")


def test_doctor() -> None:
    found = doctor.read(PracticeHost())
    assert found.usable
    asked = [program for program in found.programs if not program.purpose.startswith("livecd")]
    assert {program.name for program in asked if not program.version} == {"mkfs.ext4", "dumpe2fs", "kill"}
    assert {entry.name for entry in packages.programs(Use.LIVECD)} <= {
        program.name for program in found.programs
    }


def test_time_stands_still() -> None:
    host = PracticeHost()
    assert (host.clock(), host.now()) == (0.0, PracticeHost().now())
    host.time.advance(5)
    assert host.clock() == 5.0
    assert host.now() - PracticeHost().now() == 5.0


def test_it_is_a_host() -> None:
    host: Host = PracticeHost()
    assert host.simulated


def test_many_threads() -> None:
    """Readers beside a writer see a whole machine and never an error."""
    host = PracticeHost()
    failures: list[BaseException] = []
    done = threading.Event()

    def keep_looking() -> None:
        while not done.is_set():
            try:
                look(host)
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is a failure
                failures.append(error)

    readers = [threading.Thread(target=keep_looking) for _ in range(4)]
    for reader in readers:
        reader.start()
    for _ in range(10):
        make(host)
        events.write(host.world, "trial", 1 << 20)
        discard(host)
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
