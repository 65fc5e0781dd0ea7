"""Live CDs by keys: from a root to an ISO, to its boot, to a stick; and all that can go wrong."""

from collections.abc import Sequence
from typing import Any

import pytest
from rich.text import Text
from textual.widgets import Static

from tests.screens.held import HeldHost
from tests.screens.theatre import Stage, play
from tui.backend.livecd import build
from tui.backend.livecd.request import BuildRequest
from tui.backend.practice import PracticeHost, bare, events, tree
from tui.backend.practice.nodes import Directory, File
from tui.backend.text import clean

ROOT, ISO = "/home/user/debian", "/home/user/debian.iso"


def node(host: PracticeHost, path: str) -> File:
    found = tree.find(host.world, path).node
    assert isinstance(found, File)
    return found


def put(stage: Stage, name: str, value: str) -> None:
    """Text into a field at once."""
    stage.app.screen.query_one(f"#{name}").value = value  # type: ignore[attr-defined]


async def way(stage: Stage, root: str = ROOT) -> None:
    await stage.press("l")
    put(stage, "root", root)
    await stage.press("enter")


async def options(stage: Stage) -> None:
    await way(stage)
    await stage.press("enter")


async def made(stage: Stage) -> None:
    await options(stage)
    await stage.press("enter", "enter", "enter")
    assert stage.where == "MediumScreen", stage.text()


async def test_from_a_root_to_a_stick() -> None:
    host = PracticeHost()
    async with play(host) as stage:
        await stage.press("l")
        await stage.type(ROOT)
        await stage.press("enter")
        assert stage.says("is a directory: 237.2 MiB in 24 files. It starts /sbin/init.")
        await stage.press("down", "tab")
        await stage.type("25%ram")
        assert stage.says("= 25% of the memory of the machine that boots it")
        await stage.press("enter")
        assert stage.says("The running kernel is 6.1.0-practice.")
        await stage.press("enter", "enter")
        assert stage.says(f"ready: {ISO}, 93.3 MiB.")
        await stage.press("enter")
        assert stage.says("Writable union, with 25% of the memory for changes")
        await stage.press("b")
        assert stage.says("sandbox-tui: ready, union, 262144 KiB for changes")
        assert stage.says("Its root is writable by way of union, with 256.0 MiB for changes.")
        await stage.press("enter", "w", "enter")
        await stage.type("sdb")
        await stage.press("enter")
        assert stage.says("All that is on /dev/sdb (Practice USB Disk")
        await stage.press("enter")
        assert stage.says("are on /dev/sdb, and were read back and compared.")
        await stage.press("enter", "escape", "escape")
        assert stage.where == "HomeScreen"
    assert host.world.blocks["sdb"].content == node(host, ISO).content
    assert not host.unknown


async def test_an_ordinary_user_builds_and_boots_but_does_not_write() -> None:
    host = PracticeHost()
    host.world.root = False
    async with play(host) as stage:
        await stage.press("escape")
        await made(stage)
        await stage.press("b")
        assert stage.says("ready after")
        await stage.press("enter", "w")
        assert stage.where == "ErrorDialog"
        assert stage.says("Changing devices needs root.")
    assert host.world.blocks["sdb"].writes == 0


async def test_the_review_is_the_script_of_the_dry_run() -> None:
    async with play() as stage:
        await options(stage)
        await stage.press("enter")
        shown = stage.app.screen.query_one("#script", Static).content
        script = build.prepare(stage.host, BuildRequest(ROOT, ISO, way="dm")).plan.script()
    assert isinstance(shown, Text)
    assert shown.plain.splitlines() == [clean(line) for line in script.splitlines()]


@pytest.mark.parametrize(
    ("root", "words"),
    [
        ("", "Type a path first."),
        ("/nowhere", "/nowhere does not exist."),
        ("/home/user/images/debian-12.img", "has no init to start"),
        ("/home/user/images", "has no init to start"),
        ("/home/user/images/sdcard.img", "holds vfat"),
        ("/dev/sdb", "is a block device"),
        ("/", "Something is mounted in /"),
    ],
)
async def test_what_is_no_root_is_refused_on_the_page(root: str, words: str) -> None:
    async with play() as stage:
        await way(stage, root)
        assert stage.where == "LiveCdScreen"
        assert stage.says("Live CD: 1 root")
        assert stage.says(words)


@pytest.mark.parametrize("size", ["0", "-1", "12XB", "10%origin", "max"])
async def test_bad_sizes_are_refused_on_the_page(size: str) -> None:
    async with play() as stage:
        await way(stage)
        put(stage, "size", size)
        await stage.press("enter")
        assert stage.says("Live CD: 2 way and size")
        assert stage.says("Write 512M")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("output", "/home/user/images/raw.img", "exists already"),
        ("output", "/nowhere/live.iso", "There is no directory /nowhere."),
        ("output", "", "Type where the ISO shall be."),
        ("label", "a b", "cannot be the label of a CD"),
        ("append", "caf\u00e9", "characters that no boot menu can hold"),
    ],
)
async def test_bad_options_are_refused_on_the_page(field: str, value: str, words: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    async with play(host) as stage:
        await options(stage)
        put(stage, field, value)
        await stage.press("enter")
        assert stage.where == "LiveCdScreen"
        assert stage.says(words)
    assert host.snapshot() == before


async def test_a_kernel_whose_files_are_not_there() -> None:
    host = PracticeHost()
    tree.unlink(host.world, "/boot/vmlinuz-6.1.0-practice")
    async with play(host) as stage:
        await options(stage)
        assert stage.says("The files of the running kernel 6.1.0-practice are not on this machine.")
        assert stage.says("(•) given below")
        await stage.press("enter")
        assert stage.says("Type the path of a kernel, or choose another one.")
        put(stage, "image", "/etc/hostname")
        await stage.press("enter")
        assert stage.says("/etc/hostname is no Linux kernel")


async def test_a_squashfs_cannot_have_every_way() -> None:
    async with play() as stage:
        from tui.backend.livecd.roots import Root
        from tui.screens.livecd.way import WayPage

        await way(stage)
        root = Root("/r.squashfs", 1 << 20, 9, 0, "/sbin/init", fstype="squashfs")
        stage.app.screen.query_one(WayPage).take(root)
        await stage.press("home", "enter")
        assert stage.says("dm cannot be: a squashfs cannot be written to")


async def test_a_failed_step_leaves_nothing() -> None:
    host = PracticeHost()
    before = host.snapshot()
    async with play(host) as stage:
        await options(stage)
        await stage.press("enter")
        host.fail_when(lambda argv: "xorriso" in argv, "No space left on device")
        await stage.press("enter")
        assert stage.says("No space left on device")
        assert stage.says("Everything done before it was undone.")
        await stage.press("enter")
        assert stage.says("Live CD: 3 options")
    assert host.snapshot() == before


async def test_stopped_in_the_middle_of_a_step() -> None:
    host = HeldHost("mksquashfs", 12)
    before = host.snapshot()
    async with play(host) as stage:
        host.hold(stage)
        await options(stage)
        await stage.press("enter", "enter")
        assert stage.says("44%")
        await stage.press("escape")
        assert stage.says("Stopped, as asked.")
    assert host.snapshot() == before


async def test_an_output_that_appears_while_the_plan_is_read() -> None:
    host = PracticeHost()
    async with play(host) as stage:
        await options(stage)
        await stage.press("enter")
        tree.make(host.world, ISO, File("another"))
        await stage.press("enter")
        assert stage.says(f"{ISO} exists already.")
    assert node(host, ISO).text == "another"


async def test_an_iso_that_is_there_is_looked_into_at_once() -> None:
    async with play() as stage:
        await made(stage)
        await stage.press("escape")
        await way(stage, ISO)
        assert stage.where == "MediumScreen"
        assert stage.says("Boots by BIOS, UEFI; as a CD or a stick")


async def test_an_iso_of_somebody_else_is_neither_booted_nor_written() -> None:
    host = PracticeHost()
    images = tree.find(host.world, "/home/user/images").node
    assert isinstance(images, Directory)
    images.entries["other.iso"] = bare.image(1 << 20, bare.filesystem("iso9660", "OTHER"))
    async with play(host) as stage:
        await way(stage, "/home/user/images/other.iso")
        assert stage.says("is not a Live CD of sandbox-tui")
        await stage.press("b", "w")
        assert stage.where == "MediumScreen"


async def test_a_boot_that_fails_says_why_and_is_tried_again() -> None:
    async with play() as stage:
        await made(stage)
        content, node(stage.host, ISO).content = node(stage.host, ISO).content, None
        await stage.press("b")
        assert stage.says("The firmware found nothing to boot on it: No bootable device.")
        node(stage.host, ISO).content = content
        await stage.press("f")
        assert stage.says("Serial console: UEFI, CD")
        assert stage.says("ready after")
        await stage.press("u")
        assert stage.says("Serial console: UEFI, USB stick")
        assert any("usb-storage" in word for word in stage.host.calls[-1])


async def test_a_boot_is_stopped() -> None:
    host = HeldHost("qemu-system-x86_64", 3)
    async with play(host) as stage:
        host.hold(stage)
        await made(stage)
        await stage.press("b")
        assert stage.says("Booting in QEMU, 0 s ...")
        assert stage.says("ISOLINUX")
        await stage.press("b", "f")
        assert stage.says("Serial console: BIOS, CD")
        await stage.press("escape")
        assert stage.says("Switched off, as asked.")
        await stage.press("escape")
        assert stage.where == "MediumScreen"


async def test_the_console_is_data() -> None:
    class Strange(PracticeHost):
        def run(self, argv: Sequence[str], **more: Any) -> str:
            said = super().run(argv, **more)
            return f"[red]\x1b[31mmarkup[/red]\u202e\n{said}" if argv[0].startswith("qemu") else said

    async with play(Strange()) as stage:
        await made(stage)
        await stage.press("b")
        assert "[red]markup[/red]" in stage.text()
        assert stage.says("ready after")


async def test_disks_in_use_are_refused_with_the_reason() -> None:
    async with play(size=(120, 36)) as stage:
        await made(stage)
        await stage.press("w", "down", "enter")
        assert stage.says(f"It is not written to: it holds {ISO} itself.")
        assert stage.says("Write to another disk.")
        assert not stage.app.screen.query_one("#typed-name").display
        await stage.press("down", "enter")
        assert stage.says("nvme0n1p1 is held by LVM volume vg0-srv")
        assert stage.where == "TargetScreen"


async def test_another_name_writes_nothing() -> None:
    host = PracticeHost()
    async with play(host) as stage:
        await made(stage)
        before = host.snapshot()
        await stage.press("w", "enter")
        for name in ("", "sda", "/dev/sdb1", "SDB"):
            put(stage, "name", name)
            await stage.press("enter")
            assert stage.says("is not the name of /dev/sdb; nothing was written.")
        await stage.press("escape", "escape")
        assert stage.where == "MediumScreen"
        assert host.snapshot() == before


async def test_a_disk_that_is_mounted_meanwhile() -> None:
    host = PracticeHost()
    async with play(host) as stage:
        await made(stage)
        await stage.press("w", "enter")
        bare.mount_block(host.world, host.world.blocks["sdb1"], "/mnt")
        await stage.type("sdb")
        await stage.press("enter")
        assert stage.says("/dev/sdb is not written to: in use")
    assert host.world.blocks["sdb"].writes == 0


async def test_a_disk_that_is_pulled_out() -> None:
    async with play() as stage:
        await made(stage)
        await stage.press("w", "enter")
        events.unplug(stage.host.world, "sdb")
        await stage.type("sdb")
        await stage.press("enter")
        assert stage.says("/dev/sdb does not exist.")


async def test_stopped_while_it_writes() -> None:
    host = HeldHost("dd", 14)
    async with play(host) as stage:
        host.hold(stage)
        await made(stage)
        await stage.press("w", "enter")
        await stage.type("sdb")
        await stage.press("enter", "enter")
        assert stage.says("73%")
        await stage.press("escape")
        assert stage.says("Stopped, as asked.")
        assert stage.says("What was on /dev/sdb is lost, and it does not boot now.")
