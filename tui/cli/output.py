"""Data on stdout: tables for people, JSON for programs."""

from __future__ import annotations

import errno
import json
import sys
import termios
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from tui.backend.text import clean, clean_lines, portable, width
from tui.cli import narration

if TYPE_CHECKING:
    from tui.backend.plan import Plan
    from tui.backend.present.table import Facts, Table

_PLAIN = str.maketrans("├└│─", "|`|-")
"""The lines of a tree where stdout cannot carry them."""


def print_data(*lines: str) -> None:
    """Lines for a program (`$(...)`): exactly, byte by byte, or, to a terminal, made fit to be shown."""
    if sys.stdout.isatty():
        lines = tuple(map(clean, lines))
    print("\n".join(lines), flush=True)


def print_line(text: str) -> None:
    """A sentence for people."""
    print(clean_lines(text), flush=True)


def print_text(text: str) -> None:
    """A text of our own, as it is."""
    print(text)


def print_json(value: Any) -> None:  # noqa: ANN401 - a dataclass, or what JSON has
    r"""A value as JSON; everything but ASCII is escaped, so no terminal can be fooled by it. Bytes of names
    that are no UTF-8 are `\xNN`, for JSON has only text.
    """
    print(json.dumps(_portable(value if isinstance(value, dict) else asdict(value)), indent=2))


def _portable(value: object) -> object:
    if isinstance(value, str):
        return portable(value)
    if isinstance(value, dict):
        return {_portable(key): _portable(found) for key, found in value.items()}
    return [_portable(found) for found in value] if isinstance(value, list | tuple) else value


def print_shown(shown: Table | Facts) -> None:
    """A reading for people: a table, or facts and, on stderr, what to know beside them."""
    from tui.backend.present.table import Table

    if not isinstance(shown, Table):
        print_facts(shown)
        said = shown.note
    else:
        if shown.rows:
            print_table(shown)
        said = "" if shown.rows else shown.empty
    if said:
        narration.say(said)


def print_table(table: Table) -> None:
    """Rows below a header, in columns."""
    lines = [list(map(clean, line)) for line in (table.header, *table.rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(table.header))]
    for line in lines:
        cells = (_pad(cell, widths[n], left=n not in table.right) for n, cell in enumerate(line))
        text = "  ".join(cells).rstrip(" ")
        print(text if can_draw() else text.translate(_PLAIN))


def print_facts(shown: Facts) -> None:
    """Names and values below each other; a repeated name is said once."""
    size = max((len(name) for name, _value in shown.facts), default=0)
    before = ""
    for name, value in shown.facts:
        print(f"{'' if name == before else name:{size}}  {clean(value)}".rstrip())
        before = name


def print_script(plan: Plan) -> None:
    """A plan as a shell script: exactly, or, to a terminal, without its control characters."""
    script = plan.script()
    if sys.stdout.isatty():
        script = clean_lines(script)
    print(script, end="")


def reader_gone(error: OSError) -> bool:
    """Whether there is nobody who could be shown any more what was done: `sandbox-tui … | head`, whose
    reader has what it wanted; a terminal that was closed.
    """
    return isinstance(error, BrokenPipeError) or (error.errno == errno.EIO and _hung_up(sys.stdout))


def _hung_up(stream: TextIO) -> bool:
    """Whether a stream was a terminal that has gone away."""
    try:
        termios.tcgetattr(stream.fileno())
    except termios.error as error:
        return bool(error.args and error.args[0] == errno.EIO)
    except (OSError, ValueError):
        return False
    return False


def can_draw() -> bool:
    """Whether stdout can carry the lines of a tree."""
    try:
        "├─└│".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _pad(cell: str, size: int, *, left: bool) -> str:
    space = " " * (size - width(cell))
    return cell + space if left else space + cell
