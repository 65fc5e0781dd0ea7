"""What is different between two plans, as a few lines to be read. Pure."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from tui.backend.plan import Plan
from tui.backend.text import clean

_MOST = 6
"""Lines that are told."""
_WIDTH = 76
"""Characters of a line; it begins a little before the place where it differs."""
_BEFORE = 24


def lines(before: Plan, after: Plan) -> tuple[str, ...]:
    """Lines of the script that are gone (`- …`) or new (`+ …`), shortened; empty for equal plans."""
    if before == after:
        return ()
    old, new = _lines(before), _lines(after)
    told = [line for gone, come in _parts(old, new) for line in _told(gone, come)]
    if not told:
        return ("+ other commands to undo it, should it fail",)
    more = len(told) - _MOST
    return (*told[:_MOST], f"  and {more} more lines") if more > 0 else tuple(told)


def _lines(plan: Plan) -> list[str]:
    """The script without empty lines. Long texts are in it as one argument with line ends."""
    return [clean(line) for line in plan.script().split("\n") if line]


def _parts(old: list[str], new: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    for tag, start, end, other, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield old[start:end], new[other:last]


def _told(gone: list[str], come: list[str]) -> Iterator[str]:
    for one, other in zip_longest(gone, come):
        start = _same(one, other) if one is not None and other is not None else 0
        if one is not None:
            yield f"- {_short(one, start)}"
        if other is not None:
            yield f"+ {_short(other, start)}"


def _same(one: str, other: str) -> int:
    """How many characters at the beginning are alike."""
    shorter = min(len(one), len(other))
    return next((n for n in range(shorter) if one[n] != other[n]), shorter)


def _short(line: str, start: int) -> str:
    """The part of a line around the place where it differs."""
    if len(line) <= _WIDTH:
        return line
    first = max(min(start - _BEFORE, len(line) - _WIDTH), 0)
    cut = line[first : first + _WIDTH]
    return f"{'~' if first else ''}{cut}{'~' if first + _WIDTH < len(line) else ''}"
