"""What the grammar of every verb is made of: a parser with our errors, and the options that many have."""

from __future__ import annotations

import argparse
import os
from typing import NoReturn

from tui.backend.errors import UsageError


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


Verbs = argparse._SubParsersAction  # noqa: SLF001 - argparse gives this type no public name
"""Where verbs are added."""


def add_verb(verbs: Verbs[Parser], name: str, summary: str) -> Parser:
    """A verb, with one sentence on what it does."""
    return verbs.add_parser(
        name,
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}.",
        allow_abbrev=False,
        formatter_class=Formatter,
    )


def add_json(parser: Parser) -> None:
    """The option of every verb that tells something."""
    parser.add_argument("--json", action="store_true", help="print JSON: sizes in bytes, stable keys")


def add_dry_run(parser: Parser) -> None:
    """The option of every verb that changes something."""
    parser.add_argument("--dry-run", action="store_true", help="print the plan as a shell script, do nothing")
