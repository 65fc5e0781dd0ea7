"""The boot menus: of isolinux for BIOS machines, of GRUB for UEFI. Pure.

Sources: the SYSLINUX wiki on configuration and menu.c32; the GRUB manual on quoting and `linux`.
"""

import re
from dataclasses import dataclass

from tui.backend.livecd import DM, INITRAMFS, TMPFS, UNION

_SCREEN = "console=ttyS0,115200 console=tty0"
_SERIAL = "console=tty0 console=ttyS0,115200"
_SECONDS = 5
_WIDTH, _MARGIN = 80, 1
"""Columns of isolinux's menu: its entries have twice the margin and four less, as GRUB's have six less."""
_TITLES = {
    DM: "a snapshot, its changes in RAM",
    UNION: "a union of the image and a layer in RAM",
    TMPFS: "copied to RAM; medium can be taken out",
    INITRAMFS: "unpacked in RAM; medium can be taken out",
}
"""The ways in so few words that they fit behind the longest label."""
_SPECIAL = re.compile(r"[^A-Za-z0-9_./=,:+@%^~ -]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: a `tag` without spaces, what it says, and its kernel options."""

    tag: str
    title: str
    options: str


def entries(name: str, way: str, ways: tuple[str, ...], append: str) -> tuple[Entry, ...]:
    """The default `way` first, then the others, then what helps when something is wrong.

    `append` comes last, for the kernel takes the last of several: so does console= for /dev/console.
    """
    order = (way, *(other for other in ways if other != way))
    plain = [
        Entry(other, f"{name}: {_TITLES[other]}", _join(f"sandbox.mode={other}", _SCREEN, append))
        for other in order
    ]
    first = f"sandbox.mode={way}"
    return (
        *plain,
        Entry("verify", f"{name}: check the medium first", _join(first, "sandbox.verify", _SCREEN, append)),
        Entry("serial", f"{name}: on the serial console", _join(first, _SERIAL, append)),
        Entry("debug", f"{name}: a shell before it starts", _join(first, "sandbox.debug", _SCREEN, append)),
    )


def isolinux(title: str, shown: tuple[Entry, ...]) -> str:
    """The text of isolinux.cfg."""
    head = [
        "SERIAL 0 115200",
        "UI menu.c32",
        f"MENU WIDTH {_WIDTH}",
        f"MENU MARGIN {_MARGIN}",
        f"MENU TITLE {title}",
        f"TIMEOUT {_SECONDS * 10}",
        f"DEFAULT {shown[0].tag}",
    ]
    blocks = [
        f"LABEL {entry.tag}\n  MENU LABEL {entry.title}\n  LINUX /live/vmlinuz\n"
        f"  INITRD /live/initrd.gz\n  APPEND {entry.options}"
        for entry in shown
    ]
    return "\n".join(head) + "\n\n" + "\n\n".join(blocks) + "\n"


def grub(shown: tuple[Entry, ...]) -> str:
    """The text of grub.cfg."""
    head = [
        "if serial --unit=0 --speed=115200; then",
        "    terminal_input --append serial",
        "    terminal_output --append serial",
        "fi",
        f"set timeout={_SECONDS}",
        "set default=0",
    ]
    blocks = [
        f"menuentry {_quoted(entry.title)} --id {entry.tag} {{\n"
        f"    linux /live/vmlinuz {_SPECIAL.sub(_escaped, entry.options)}\n"
        "    initrd /live/initrd.gz\n}"
        for entry in shown
    ]
    return "\n".join(head) + "\n\n" + "\n\n".join(blocks) + "\n"


def embedded(uuid: str) -> str:
    """What the GRUB in the EFI image does first: find the medium, and go on with its menu."""
    return f"search --no-floppy --set=root --fs-uuid {uuid}\nset prefix=($root)/boot/grub\n"


def _join(*options: str) -> str:
    return " ".join(filter(None, options))


def _escaped(special: re.Match[str]) -> str:
    return f"\\{special[0]}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "") + "'"
