"""How far a long-running program is, from the percentages that it prints."""

import re
from collections.abc import Callable, Sequence

from tui.backend.host import Host

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)%(?: done|\s*$)")
_TICK = 0.5
"""Seconds between two looks whether it shall end."""


def follow(host: Host, argv: Sequence[str], listener: Callable[[float], None]) -> str:
    """Run a program to its end and pass on how far it is (0 to 1); its standard output.

    `listener` is called at least twice a second and may raise: then the program is ended.
    Raises CommandFailed with the program's own words.
    """
    best, said = 0.0, []
    with host.stream(argv, tick=_TICK) as running:
        for piece in running:
            if not piece.error:
                said.append(piece.text)
            best = max(best, percent(piece.text) or 0.0)
            listener(best)
        running.check()
    return "".join(said)


def percent(text: str) -> float | None:
    """The progress at the end of a program's words (`42%`, `42.1% done`), from 0 to 1; None for none."""
    found = _PERCENT.findall(text)
    return min(float(found[-1]) / 100, 1.0) if found else None
