"""`watch`: how full sandboxes are, again and again."""

from __future__ import annotations

from dataclasses import dataclass

from tui.backend.argument import Complete, argument
from tui.backend.verbs.interval import INTERVAL, seconds
from tui.backend.verbs.verb import Verb


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """The sandboxes, none: all; the seconds between two readings."""

    names: tuple[str, ...] = argument(
        "only these (default: all)", (), metavar="NAME", positional=True, complete=Complete.SANDBOX
    )
    interval: float = argument(INTERVAL, 1.0, parse=seconds, metavar="SECONDS")


VERB = Verb(
    name="watch",
    summary="print how full sandboxes are, again and again, until Ctrl-C",
    examples=(
        ("watch", "all of them, once a second"),
        ("watch trial --interval 10 | tee trial.log", "one, into a file too: a line for each change"),
    ),
    request=WatchRequest,
)
