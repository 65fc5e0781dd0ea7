"""The command line's grammar: its verbs; the man page and shell completions are made from it too."""

from __future__ import annotations

import argparse

from tui import __version__
from tui.cli.arguments import Formatter, Parser, Verbs, add_dry_run, add_json, add_verb

PROGRAM = "sandbox-tui"


EXIT_STATUS = """\
exit status:
  0  done
  1  failed; what had been done was undone
  2  the command line makes no sense, or a terminal is missing
  3  refused, with the reason; nothing was touched
  4  only root can do this
  5  there is no such device or sandbox
"""

SIZES = "512M, 1GiB, 10%%origin, 25%%ram, or max (cannot overflow)"


SHORTEST, LONGEST = 0.1, 3600
"""Seconds between two readings."""


def build(verb: str | None = None) -> argparse.ArgumentParser:
    """The grammar: all of it, or, to be quick, what is needed for a command line that begins
    with this verb.
    """
    parser = Parser(
        prog=PROGRAM,
        description="Make a writable sandbox of a read-only disk: the changes, and only the changes,\n"
        "live in RAM. Without a verb it starts the terminal user interface.",
        epilog=EXIT_STATUS,
        formatter_class=Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument(
        "--interval", type=_seconds, default=1.0, metavar="SECONDS", help="between two readings (default: 1)"
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs", parser_class=Parser)
    for add in (_VERBS[verb],) if verb in _VERBS else _VERBS.values():
        add(verbs)
    return parser


def _devices(verbs: Verbs[Parser]) -> None:
    add_json(add_verb(verbs, "devices", "list block devices and whether each can be an origin"))


def _list(verbs: Verbs[Parser]) -> None:
    add_json(add_verb(verbs, "list", "list the sandboxes and how full they are"))


def _show(verbs: Verbs[Parser]) -> None:
    show = add_verb(verbs, "show", "tell all about one sandbox, and who uses it")
    show.add_argument("name", metavar="NAME")
    add_json(show)


def _watch(verbs: Verbs[Parser]) -> None:
    watch = add_verb(verbs, "watch", "print how full sandboxes are, again and again, until Ctrl-C")
    watch.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    watch.add_argument(
        "--interval", type=_seconds, default=argparse.SUPPRESS, metavar="SECONDS", help="between two readings"
    )


def _create(verbs: Verbs[Parser]) -> None:
    create = add_verb(verbs, "create", "make a sandbox of an origin")
    add = create.add_argument
    add(
        "origin",
        metavar="ORIGIN",
        help="a block device, LABEL=…, UUID=…, PARTLABEL=…, PARTUUID=…, an image, or a directory",
    )
    add("--name", help="its name (default: made from the origin's)")
    add("--size", help=f"RAM for the changes: {SIZES} (default: a quarter of the free RAM)")
    place = create.add_mutually_exclusive_group()
    place.add_argument("--mount", metavar="DIR", help="mount it here (default: a directory of its own)")
    place.add_argument("--no-mount", action="store_true", help="make the device only")
    add(
        "--engine",
        choices=("auto", "snapshot", "overlay"),
        default="auto",
        help="by block (device-mapper) or by file (overlayfs); auto: snapshot where the kernel can",
    )
    add("--store", choices=("tmpfs", "ramdisk"), default="tmpfs", help="where changes live (default: tmpfs)")
    add("--chunk", metavar="SIZE", help="unit of change, a power of two (default: 4K)")
    add("--failing", action="store_true", help="the disk has unreadable sectors: chunks of one sector")
    add("--classic", action="store_true", help="the recipe of 2008: no metadata, chunk 512, /dev/ram0")
    add(
        "--hash",
        action=argparse.BooleanOptionalAction,
        help="hash the origin now and at the end, as a proof (default: image files only)",
    )
    add("--suid-dev", action="store_true", help="with --mount: allow set-user-ID programs and device nodes")
    add_dry_run(create)
    add_json(create)


def _grow(verbs: Verbs[Parser]) -> None:
    grow = add_verb(verbs, "grow", "give a sandbox more RAM while it is in use")
    grow.add_argument("name", metavar="NAME")
    grow.add_argument("size", metavar="SIZE|+SIZE", help=f"the new size, or what to add: {SIZES}")
    add_dry_run(grow)


def _mount(verbs: Verbs[Parser]) -> None:
    mount = add_verb(verbs, "mount", "mount a sandbox")
    mount.add_argument("name", metavar="NAME")
    mount.add_argument("directory", nargs="?", metavar="DIR", help="where (default: a directory of its own)")


def _unmount(verbs: Verbs[Parser]) -> None:
    add_verb(verbs, "unmount", "unmount a sandbox and keep it").add_argument("name", metavar="NAME")


def _remove(verbs: Verbs[Parser]) -> None:
    remove = add_verb(verbs, "remove", "remove sandboxes and their changes, and prove the origins untouched")
    remove.add_argument("names", nargs="*", metavar="NAME")
    remove.add_argument("--all", action="store_true", help="all sandboxes of this machine")
    add_dry_run(remove)
    add_json(remove)


def _recover(verbs: Verbs[Parser]) -> None:
    add_dry_run(add_verb(verbs, "recover", "clear what an interrupted verb left behind"))


def _livecd(verbs: Verbs[Parser]) -> None:
    from tui.cli import parser_livecd

    parser_livecd.add(verbs)


def _demo(verbs: Verbs[Parser]) -> None:
    demo = add_verb(verbs, "demo", "practise on a small disk made for it; it goes away at the end")
    demo.add_argument("--simulated", action="store_true", help="on a simulated machine; needs no root")
    demo.add_argument("--plain", action="store_true", help="show the whole round as text; needs no terminal")


def _doctor(verbs: Verbs[Parser]) -> None:
    add_json(add_verb(verbs, "doctor", "tell whether this machine can make sandboxes, and what is missing"))


def _completion(verbs: Verbs[Parser]) -> None:
    completion = add_verb(verbs, "completion", "print the completions for a shell")
    completion.add_argument(
        "shell", choices=("bash", "zsh", "tcsh"), metavar="SHELL", help="one of %(choices)s"
    )


_VERBS = {
    "devices": _devices,
    "create": _create,
    "list": _list,
    "show": _show,
    "watch": _watch,
    "grow": _grow,
    "mount": _mount,
    "unmount": _unmount,
    "remove": _remove,
    "recover": _recover,
    "livecd": _livecd,
    "demo": _demo,
    "doctor": _doctor,
    "completion": _completion,
}
"""What adds each verb to the grammar, in the order of the help."""


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not SHORTEST <= seconds <= LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no time between {SHORTEST} and {LONGEST} seconds")
    return seconds
