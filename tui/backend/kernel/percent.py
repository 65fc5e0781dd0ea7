"""How far a program is, by what it prints."""

import re

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)%(?: done|\s*$)", re.ASCII)
_BYTES = re.compile(r"(\d+) bytes .*copied", re.ASCII)


def part(text: str) -> float | None:
    """The progress at the end of a program's words (`42%`, `42.1% done`), from 0 to 1; None for none."""
    found = _PERCENT.findall(text)
    return min(float(found[-1]) / 100, 1.0) if found else None


def copied(text: str) -> int | None:
    """The bytes that dd(1) says it has copied (`status=progress`); None where it says nothing."""
    found = _BYTES.findall(text)
    return int(found[-1]) if found else None
