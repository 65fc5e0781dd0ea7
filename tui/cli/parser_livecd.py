"""The grammar of `livecd`, read only for that verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.livecd import FORMATS, WAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.cli.parser import Parser

    Add = Callable[[str, str], Parser]


def extend(add: Add) -> None:
    """Add the verbs of `livecd`; `add` makes a parser of a name and a summary."""
    _build(add("build", "make a bootable ISO whose root is a sandbox"))


def _build(parser: Parser) -> None:
    add = parser.add_argument
    add("root", metavar="ROOT", help="a directory, a tar or cpio archive, an initrd, or an image")
    add("-o", "--output", metavar="OUT.iso", required=True, help="the ISO to make")
    add(
        "--writable",
        choices=tuple(WAYS),
        help="how its root is made writable, unless the boot menu says else",
    )
    add("--size", help="RAM for the changes: 512M, 2GiB, 25%%ram (default: half of what is free at boot)")
    add("--kernel", metavar="VMLINUZ", help="the kernel (default: the running one)")
    add("--modules", metavar="DIR", help="its modules (default: beside it, or /lib/modules)")
    add("--fetch-kernel", action="store_true", help="have apt download Debian's kernel; it is not installed")
    add("--label", help="the name of the medium (default: SANDBOX_LIVE)")
    add("--format", choices=FORMATS, help="the image's: compressed, or as it is (default: squashfs)")
    add("--append", default="", metavar="OPTIONS", help="kernel options for every entry of the boot menu")
    add("--dry-run", action="store_true", help="print the plan as a shell script, do nothing")
