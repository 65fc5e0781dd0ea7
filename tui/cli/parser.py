"""The command line's grammar; the man page and shell completions are made from it too."""

from __future__ import annotations

import argparse
import os
from typing import NoReturn

from tui import __version__
from tui.backend.errors import UsageError

PROGRAM = "sandbox-tui"


def _columns() -> int:
    if os.environ.get("COLUMNS", "").isdecimal():
        return int(os.environ["COLUMNS"])
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80


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


_WIDTH = min(_columns(), 100) - 2
SHORTEST, LONGEST = 0.1, 3600
"""Seconds between two readings."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Knows the width of the terminal without shutil, whose import takes longer than `list`."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_WIDTH)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of leaving the program."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def build(verb: str | None = None) -> argparse.ArgumentParser:
    """The grammar: all of it, or, to be quick, what is needed for a command line that begins
    with this verb.
    """
    parser = Parser(
        prog=PROGRAM,
        description="Make a writable sandbox of a read-only disk: the changes, and only the changes,\n"
        "live in RAM. Without a verb it starts the terminal user interface.",
        epilog=EXIT_STATUS,
        formatter_class=_Formatter,
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


_Verbs = argparse._SubParsersAction  # noqa: SLF001 - argparse gives this type no public name


def _add(verbs: _Verbs[Parser], name: str, summary: str) -> Parser:
    return verbs.add_parser(
        name,
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}.",
        allow_abbrev=False,
        formatter_class=_Formatter,
    )


def _json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON: sizes in bytes, stable keys")


def _dry_run(parser: Parser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="print the plan as a shell script, do nothing")


def _devices(verbs: _Verbs[Parser]) -> None:
    _json(_add(verbs, "devices", "list block devices and whether each can be an origin"))


def _list(verbs: _Verbs[Parser]) -> None:
    _json(_add(verbs, "list", "list the sandboxes and how full they are"))


def _show(verbs: _Verbs[Parser]) -> None:
    show = _add(verbs, "show", "tell all about one sandbox, and who uses it")
    show.add_argument("name", metavar="NAME")
    _json(show)


def _watch(verbs: _Verbs[Parser]) -> None:
    watch = _add(verbs, "watch", "print how full sandboxes are, again and again, until Ctrl-C")
    watch.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    watch.add_argument(
        "--interval", type=_seconds, default=argparse.SUPPRESS, metavar="SECONDS", help="between two readings"
    )


def _create(verbs: _Verbs[Parser]) -> None:
    create = _add(verbs, "create", "make a sandbox of an origin")
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
    add("--classic", action="store_true", help="the recipe of 2008: no metadata, chunk 512, /dev/ram0")
    add(
        "--hash",
        action=argparse.BooleanOptionalAction,
        help="hash the origin now and at the end, as a proof (default: image files only)",
    )
    add("--suid-dev", action="store_true", help="with --mount: allow set-user-ID programs and device nodes")
    _dry_run(create)
    _json(create)


def _grow(verbs: _Verbs[Parser]) -> None:
    grow = _add(verbs, "grow", "give a sandbox more RAM while it is in use")
    grow.add_argument("name", metavar="NAME")
    grow.add_argument("size", metavar="SIZE|+SIZE", help=f"the new size, or what to add: {SIZES}")
    _dry_run(grow)


def _mount(verbs: _Verbs[Parser]) -> None:
    mount = _add(verbs, "mount", "mount a sandbox")
    mount.add_argument("name", metavar="NAME")
    mount.add_argument("directory", nargs="?", metavar="DIR", help="where (default: a directory of its own)")


def _unmount(verbs: _Verbs[Parser]) -> None:
    _add(verbs, "unmount", "unmount a sandbox and keep it").add_argument("name", metavar="NAME")


def _remove(verbs: _Verbs[Parser]) -> None:
    remove = _add(verbs, "remove", "remove sandboxes and their changes, and prove the origins untouched")
    remove.add_argument("names", nargs="*", metavar="NAME")
    remove.add_argument("--all", action="store_true", help="all sandboxes of this machine")
    _dry_run(remove)
    _json(remove)


def _recover(verbs: _Verbs[Parser]) -> None:
    _dry_run(_add(verbs, "recover", "clear what an interrupted verb left behind"))


def _demo(verbs: _Verbs[Parser]) -> None:
    demo = _add(verbs, "demo", "practise on a small disk made for it; it goes away at the end")
    demo.add_argument("--simulated", action="store_true", help="on a simulated machine; needs no root")
    demo.add_argument("--plain", action="store_true", help="show the whole round as text; needs no terminal")


def _livecd(verbs: _Verbs[Parser]) -> None:
    from tui.cli import parser_livecd

    livecd = _add(verbs, "livecd", "build a Live CD whose root is a sandbox")
    inner = livecd.add_subparsers(
        dest="livecd_verb", metavar="VERB", title="verbs", parser_class=Parser, required=True
    )
    parser_livecd.extend(lambda name, summary: _add(inner, name, summary))


def _doctor(verbs: _Verbs[Parser]) -> None:
    _json(_add(verbs, "doctor", "tell whether this machine can make sandboxes, and what is missing"))


def _completion(verbs: _Verbs[Parser]) -> None:
    completion = _add(verbs, "completion", "print the completions for a shell")
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
