"""Modules in loading order, boot menus, and progress in percent."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tui.backend.errors import Refused
from tui.backend.kernel import modules_dep
from tui.backend.livecd import WAYS, menus, modules

NEEDED = ("loop", "isofs", "squashfs", "ext4", "dm_snapshot", "overlay")
BUILT_IN = frozenset(NEEDED)


def test_each_module_comes_after_what_it_needs_and_once() -> None:
    known = modules_dep.parse(
        "kernel/usb/uas.ko.xz: kernel/usb/usb-storage.ko.xz kernel/usb/usbcore.ko.xz\n"
        "kernel/usb/usb-storage.ko.xz: kernel/usb/usbcore.ko.xz\n"
        "kernel/usb/usbcore.ko.xz: kernel/usb/usb-common.ko.xz\n"
        "kernel/usb/usb-common.ko.xz:\n"
    )
    found = modules.select(known, BUILT_IN)
    names = [modules.name(file) for file in found.files]
    assert names == ["usb_common", "usbcore", "usb_storage", "uas"]
    assert "nvme" in found.missing
    assert "uas" not in found.missing


def test_names_are_the_kernels() -> None:
    assert modules.name("kernel/drivers/md/dm-snapshot.ko.zst") == "dm_snapshot"
    assert modules.name("x/crc32c-intel.ko") == "crc32c_intel"


@pytest.mark.parametrize("absent", NEEDED)
def test_a_kernel_without_what_is_needed_is_refused_by_name(absent: str) -> None:
    with pytest.raises(Refused, match=absent):
        modules.select({}, BUILT_IN - {absent})


def test_what_is_built_in_is_not_missing() -> None:
    assert "ahci" not in modules.select({}, BUILT_IN | {"ahci"}).missing


def test_the_menus_offer_all_ways_the_default_first() -> None:
    shown = menus.entries("CD", "union", tuple(WAYS), "quiet")
    assert [entry.tag for entry in shown] == [
        "union", "dm", "tmpfs", "initramfs", "verify", "serial", "debug",
    ]  # fmt: skip
    assert shown[0].options.endswith("console=ttyS0,115200 console=tty0 quiet")
    serial = next(entry for entry in shown if entry.tag == "serial")
    assert serial.options.endswith("console=tty0 console=ttyS0,115200 quiet")
    assert "DEFAULT union\n" in menus.isolinux("CD", shown)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_appended_wins(way: str) -> None:
    """The kernel takes the last console= for /dev/console."""
    shown = menus.entries("CD", way, tuple(WAYS), "console=ttyS1 sandbox.size=1G")
    assert len(shown) == 7
    assert all(entry.options.endswith(" console=ttyS1 sandbox.size=1G") for entry in shown)
    bios, uefi = menus.isolinux("CD", shown), menus.grub(shown)
    assert (
        bios.count(" console=ttyS1 sandbox.size=1G\n") == uefi.count(" console=ttyS1 sandbox.size=1G\n") == 7
    )


def test_no_line_of_a_menu_is_cut_off() -> None:
    """What was seen in both menus: menu.c32 shows WIDTH - 2 * MARGIN - 4 characters, GRUB 80 - 6."""
    shown = menus.entries("L" * 32, "dm", tuple(WAYS), "")
    text = menus.isolinux("L" * 32, shown)
    found = re.search(r"^MENU WIDTH (\d+)\nMENU MARGIN (\d+)$", text, re.MULTILINE)
    assert found
    width, margin = map(int, found.groups())
    assert width <= 80
    longest = max(len(entry.title) for entry in shown)
    assert longest <= width - 2 * margin - 4
    assert longest <= 80 - 6
    for entry in shown:
        assert f"MENU LABEL {entry.title}\n" in text
        assert f"menuentry '{entry.title}' " in menus.grub(shown)


def test_what_grub_would_take_for_its_own_is_quoted() -> None:
    shown = menus.entries("CD", "dm", ("dm",), 'a="b c" $x; d|e {f} \\')
    assert 'a=\\"b c\\" \\$x\\; d\\|e \\{f\\} \\\\' in menus.grub(shown)


def test_grub_understands_its_menu(tmp_path: Path) -> None:
    file = tmp_path / "grub.cfg"
    file.write_text(menus.grub(menus.entries("CD", "dm", tuple(WAYS), "root=\"x y\" ; reboot 'z'")))
    subprocess.run(["grub-script-check", file], check=True)


def test_the_init_is_a_script_that_busybox_understands() -> None:
    file = Path(modules.__file__).with_name("init.sh")
    assert file.read_text().startswith("#!/bin/busybox sh\n")
    subprocess.run(["busybox", "sh", "-n", file], check=True)


@pytest.mark.parametrize(
    "path", ["../../etc/ahci.ko", "/etc/ahci.ko", "kernel/-ahci.ko/ahci.ko\x1b/ahci.ko", "ahci", "x.ko/ahci"]
)
def test_what_is_no_path_of_a_module_is_refused(path: str) -> None:
    with pytest.raises(Refused, match="is not the path of a module"):
        modules.select({path: ()}, BUILT_IN)


def test_modules_that_need_themselves_are_refused() -> None:
    known = modules_dep.parse("a/ahci.ko: a/b.ko\na/b.ko: a/ahci.ko\n")
    with pytest.raises(Refused, match="needs itself"):
        modules.select(known, BUILT_IN)
    chain = {f"{n}.ko": (f"{n + 1}.ko",) for n in range(2000)} | {"ahci.ko": ("0.ko",)}
    with pytest.raises(Refused, match="damaged"):
        modules.select(chain, BUILT_IN)
