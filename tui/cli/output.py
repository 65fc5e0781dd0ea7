"""Data on stdout: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tui.backend.text import clean, clean_lines, portable, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.backend.plan import Plan

LABEL_WIDTH = 20
"""Terminal cells that a text of a device's choosing (a label) may take in a table."""


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


def print_json(value: object) -> None:
    r"""A value as JSON; everything but ASCII is escaped, so no terminal can be fooled by it. Bytes of names
    that are no UTF-8 are `\xNN`, for JSON has only text.
    """
    print(json.dumps(_portable(value), indent=2))


def _portable(value: object) -> object:
    if isinstance(value, str):
        return portable(value)
    if isinstance(value, dict):
        return {_portable(key): _portable(found) for key, found in value.items()}
    return [_portable(found) for found in value] if isinstance(value, list | tuple) else value


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Rows below a header, in columns; `right` are the numbers of the right-aligned ones."""
    lines = [list(map(clean, header)), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (_pad(cell, widths[n], left=n not in right) for n, cell in enumerate(line))
        print("  ".join(cells).rstrip())


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and values below each other; a repeated name is said once."""
    size = max((len(name) for name, _value in facts), default=0)
    before = ""
    for name, value in facts:
        print(f"{'' if name == before else name:{size}}  {clean(value)}".rstrip())
        before = name


def print_script(plan: Plan) -> None:
    """A plan as a shell script: exactly, or, to a terminal, without its control characters."""
    script = plan.script()
    if sys.stdout.isatty():
        script = clean_lines(script)
    print(script, end="")


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
