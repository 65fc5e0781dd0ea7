"""The command line's grammar, made from the verbs; the man page and shell completions are made from it."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, NoReturn

from tui import __version__
from tui.backend import verbs
from tui.backend.errors import ExitCode, UsageError
from tui.backend.verbs.interval import INTERVAL, seconds
from tui.cli import arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.backend.verbs.verb import Verb

    _Adder = argparse._SubParsersAction["Parser"]  # noqa: SLF001 - this type has no public name

PROGRAM = "sandbox-tui"
EXIT_STATUS = "exit status:\n" + "".join(f"  {code.value}  {code.meaning}\n" for code in ExitCode)


def _columns() -> int:
    if os.environ.get("COLUMNS", "").isdecimal():
        return int(os.environ["COLUMNS"])
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80


_WIDTH = min(_columns(), 100) - 2


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Knows the width of the terminal without shutil, whose import takes longer than `list`."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_WIDTH)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of leaving the program."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def build(argv: Sequence[str] = ()) -> Parser:
    """The grammar: all of it, or, to be quick, what is needed for a command line that begins so."""
    parser = Parser(
        prog=PROGRAM,
        description="Make a writable sandbox of a read-only disk: the changes, and only the changes,\n"
        "live in RAM. Without a verb it starts the terminal user interface.",
        epilog=EXIT_STATUS,
        formatter_class=Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument("--interval", type=seconds, metavar="SECONDS", help=INTERVAL, dest="every")
    parser.set_defaults(verb=None)
    adder = parser.add_subparsers(metavar="VERB", title="verbs", parser_class=Parser)
    groups: dict[str, _Adder] = {}
    name = named(argv)
    for found in (name,) if name else verbs.TABLE:
        first, _space, action = found.rpartition(" ")
        if first and first not in groups:
            groups[first] = _group(adder, first)
        _add(groups.get(first, adder), action, verbs.load(found))
    return parser


def named(argv: Sequence[str]) -> str | None:
    """The verb that a command line begins with, None for none."""
    return next((name for name in (" ".join(argv[:2]), *argv[:1]) if name in verbs.TABLE), None)


def _group(adder: _Adder, name: str) -> _Adder:
    summary = verbs.GROUPS[name]
    group = adder.add_parser(
        name, help=summary, description=_sentence(summary), allow_abbrev=False, formatter_class=Formatter
    )
    return group.add_subparsers(metavar="ACTION", title="actions", required=True, parser_class=Parser)


def _add(adder: _Adder, word: str, verb: Verb) -> None:
    parser = adder.add_parser(
        word,
        help=verb.summary,
        description=_about(verb),
        allow_abbrev=False,
        formatter_class=Formatter,
    )
    parser.set_defaults(verb=verb.name)
    arguments.add(parser, verb)


def _sentence(summary: str) -> str:
    return f"{summary[:1].upper()}{summary[1:]}."


def _about(verb: Verb) -> str:
    """What it does, its examples, and the variables of the environment that it heeds. (Not an epilog: those
    of verbs are left out of the man page.)
    """
    lines = [_sentence(verb.summary), "", "examples:"]
    for words, what in verb.examples:
        lines += [f"  {PROGRAM} {words}", f"      {what}"]
    given = [argument for _field, argument in arguments.of(verb.request) if argument.environ]
    if given:
        lines += ["", "environment:", *(f"  {argument.environ}  {argument.help}" for argument in given)]
    return "\n".join(lines)
