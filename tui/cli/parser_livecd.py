"""The grammar of `livecd` and its actions; only read for a command line with that verb."""

from __future__ import annotations

from tui.backend.livecd import FORMATS, WAYS, qemu
from tui.cli.arguments import Parser, Verbs, add_dry_run, add_json, add_verb


def add(verbs: Verbs[Parser]) -> None:
    """Add `livecd` with all its actions."""
    livecd = add_verb(verbs, "livecd", "make a Live CD whose root is a sandbox, try it, write it to a stick")
    actions = livecd.add_subparsers(
        dest="action", metavar="ACTION", title="actions", required=True, parser_class=Parser
    )
    for action in (_build, _test, _write, _info):
        action(actions)


def _build(actions: Verbs[Parser]) -> None:
    build = add_verb(actions, "build", "make a bootable ISO whose root is a sandbox")
    add = build.add_argument
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
    add(
        "--append",
        default="",
        metavar="OPTIONS",
        help="kernel options for every entry of the boot menu, after ours",
    )
    _trusted(build, "ROOT")
    add_dry_run(build)


def _test(actions: Verbs[Parser]) -> None:
    test = add_verb(actions, "test", "boot an ISO in QEMU and tell how long it takes until it is ready")
    _iso(test)
    add = test.add_argument
    add("--firmware", choices=qemu.FIRMWARES, default=qemu.BIOS, help="of the machine (default: bios)")
    add("--usb", action="store_true", help="as a USB stick, not as a CD")
    add("--memory", metavar="SIZE", help="RAM of the machine (default: 2G)")
    add(
        "--timeout",
        type=float,
        default=qemu.TIMEOUT,
        metavar="SECONDS",
        help=f"to wait for the ready line (default: {qemu.TIMEOUT:g})",
    )
    add("--verbose", action="store_true", help="show what the machine says while it boots")


def _write(actions: Verbs[Parser]) -> None:
    write = add_verb(actions, "write", "write an ISO to a USB stick or disk, read it back and compare")
    _iso(write)
    write.add_argument("device", metavar="DEVICE", help="the whole disk; all that is on it will be lost")
    write.add_argument(
        "--yes", metavar="NAME", help="the disk's name (sdb or /dev/sdb), where no terminal can ask for it"
    )
    _trusted(write, "the ISO")
    add_dry_run(write)


def _info(actions: Verbs[Parser]) -> None:
    info = add_verb(actions, "info", "tell what is on an ISO")
    _iso(info)
    info.add_argument("--verify", action="store_true", help="compare the image with its checksum")
    _trusted(info, "the ISO")
    add_json(info)


def _trusted(parser: Parser, what: str) -> None:
    parser.add_argument(
        "--trusted",
        action="store_true",
        help=f"read {what} as root, where this kernel gives no namespaces to confine that in",
    )


def _iso(parser: Parser) -> None:
    parser.add_argument("iso", metavar="OUT.iso", help="what `livecd build` made")
