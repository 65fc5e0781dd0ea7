"""`livecd write`: every use of a disk that speaks against it."""

from collections.abc import Callable

import pytest

from tests.unit import practice_verbs
from tests.unit.command_line import IMAGES, CommandLine
from tests.unit.sticks import ISO, SIZE, STICK, prepare, with_stick
from tui.backend import inventory
from tui.backend.errors import Refused
from tui.backend.host import ForeignMount
from tui.backend.practice import PracticeHost, bare
from tui.backend.practice.world import Process


@pytest.fixture
def host() -> PracticeHost:
    return with_stick()


@pytest.fixture
def cli(host: PracticeHost, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(host, capsys)


def mounted(host: PracticeHost) -> None:
    bare.mount_block(host.world, host.world.blocks["sdc1"], "/mnt")


def elsewhere(host: PracticeHost) -> None:
    number = host.world.blocks["sdc1"].devno
    host.world.foreign.append(ForeignMount(99, "container", number, "/dev/sdc1", "/data", None, None))


def swapped(host: PracticeHost) -> None:
    host.world.swaps.append("sdc1")


def held(host: PracticeHost) -> None:
    bare.add_volume(host.world, "vg1-lv", host.world.blocks["sdc1"], bare.filesystem("ext4", "lv"))


def read_only(host: PracticeHost) -> None:
    host.world.blocks["sdc"].read_only = True


def small(host: PracticeHost) -> None:
    host.world.blocks["sdc"].size = SIZE - 512


def opened(host: PracticeHost) -> None:
    host.world.processes[77] = Process(77, "qemu", holds=[("has open", "/dev/sdc1")])


def sandboxed(host: PracticeHost) -> None:
    practice_verbs.make(host, origin="/dev/sdc1")


def sandboxed_whole(host: PracticeHost) -> None:
    host.world.blocks["sdc"].content = bare.filesystem("ext4", "whole")
    del host.world.blocks["sdc1"]
    practice_verbs.make(host, origin=STICK)


def sandboxed_by_file(host: PracticeHost) -> None:
    host.world.blocks["sdc1"].content = bare.filesystem("ext4", "notes")
    practice_verbs.make(host, origin="/dev/sdc1", engine="overlay")


Arrange = Callable[[PracticeHost], None]
IN_USE: dict[str, tuple[Arrange, str]] = {
    "mounted": (mounted, "sdc1 is mounted on /mnt"),
    "mounted elsewhere": (elsewhere, "mounted in another namespace (process 99 container)"),
    "swap": (swapped, "sdc1 is swap"),
    "LVM": (held, "held by LVM volume vg1-lv"),
    "read-only": (read_only, "read-only"),
    "too small": (small, "do not fit on its"),
    "open": (opened, "process 77 qemu has open /dev/sdc1"),
    "sandboxed part": (sandboxed, "the origin of sandbox trial"),
    "sandboxed disk": (sandboxed_whole, "the origin of sandbox trial"),
    "sandboxed by file": (sandboxed_by_file, "trial"),
}


@pytest.mark.parametrize("case", IN_USE)
def test_in_use(cli: CommandLine, case: str) -> None:
    arrange, words = IN_USE[case]
    arrange(cli.host)
    before = cli.host.snapshot()
    with pytest.raises(Refused) as caught:
        prepare(cli.host)
    assert words in caught.value.message
    assert caught.value.hint
    said = cli("livecd", "write", ISO, STICK, "--yes", "sdc")
    assert (said.status, said.out) == (3, "")
    practice_verbs.same(cli.host, before)


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("/dev/sda", f"it holds {ISO} itself"),
        ("/dev/sdc1", "it is a partition"),
        ("/dev/sr0", "it is no disk of its own (rom)"),
        ("/dev/nvme0n1", "vg0-srv"),
        ("/dev/mapper/vg0-srv", "it is no disk of its own (lvm)"),
        ("/etc/hostname", "is a file, not a block device"),
        ("/dev", "is a directory, not a block device"),
    ],
)
def test_no_place_for_an_iso(host: PracticeHost, device: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        prepare(host, device)
    assert words in caught.value.message


def test_the_loop_device_of_the_iso(host: PracticeHost) -> None:
    loop = host.run(["losetup", "--find", "--show", ISO]).strip()
    with pytest.raises(Refused, match="itself"):
        prepare(host, loop)


def test_a_loop_device(host: PracticeHost) -> None:
    loop = host.run(["losetup", "--find", "--show", f"{IMAGES}/sdcard.img"]).strip()
    prepared = prepare(host, loop)
    assert f"loop device over {IMAGES}/sdcard.img" in prepared.target.description
    again = host.run(["losetup", "--find", "--show", f"{IMAGES}/sdcard.img"]).strip()
    with pytest.raises(Refused, match=f"attached to {again} too"):
        prepare(host, loop)


def test_the_loop_device_of_an_origin(host: PracticeHost) -> None:
    """No byte reaches an origin, by whatever way."""
    practice_verbs.make(host, origin=f"{IMAGES}/sdcard.img")
    loop = host.run(["losetup", "--find", "--show", f"{IMAGES}/sdcard.img"]).strip()
    with pytest.raises(Refused, match="the origin of sandbox trial"):
        prepare(host, loop)


def test_a_sandbox_and_its_store_are_no_disks(host: PracticeHost) -> None:
    practice_verbs.make(host)
    for device in inventory.read(host).devices:
        if device.path == "/dev/mapper/trial" or device.kname.startswith("loop"):
            with pytest.raises(Refused):
                prepare(host, device.path)


@pytest.mark.parametrize(
    ("iso", "status"), [(f"{IMAGES}/none.iso", 5), (f"{IMAGES}/raw.img", 3), ("/home", 3), (STICK, 3)]
)
def test_no_iso(cli: CommandLine, iso: str, status: int) -> None:
    said = cli("livecd", "write", iso, STICK, "--yes", "sdc")
    assert (said.status, said.out) == (status, "")
