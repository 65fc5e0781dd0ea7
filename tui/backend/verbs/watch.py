"""`watch`: how full sandboxes are, once an interval, and what is done when one reaches a fill."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import gauge, sizes
from tui.backend.argument import Complete, argument
from tui.backend.errors import UsageError
from tui.backend.gauge import State
from tui.backend.verbs.interval import INTERVAL, seconds
from tui.backend.verbs.verb import Verb

if TYPE_CHECKING:
    from tui.backend.gauge import Gauge


def fill(text: str) -> float:
    """The fill, from 0 to 1, of a text in percent. UsageError where it is none."""
    try:
        found = float(text.removesuffix("%")) / 100
    except ValueError:
        found = 0.0
    if not 0 < found <= 1:
        raise UsageError(f"{text!r} is not a percentage between 0 and 100.", "Try --until 90%.")
    return found


def words(text: str) -> tuple[str, ...]:
    """The words of a command line, quoted as for a shell; none is run. UsageError where there are none."""
    try:
        found = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"{text!r} is not a command: {error}.") from error
    if not found:
        raise UsageError("--exec needs a command.")
    return found


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """The sandboxes, none: all; the seconds between two readings; the fill (0 to 1) at which to end, and the
    command to run then; the bytes to add to one that is so full, and the most that it may have then.
    """

    names: tuple[str, ...] = argument(
        "only these (default: all)", (), metavar="NAME", positional=True, complete=Complete.SANDBOX
    )
    interval: float = argument(INTERVAL, 1.0, parse=seconds, metavar="SECONDS")
    until: float | None = argument(
        "exit with status 6 when a sandbox reaches this fill", None, parse=fill, metavar="PERCENT"
    )
    command: tuple[str, ...] = argument(
        "command to run before that exit; its last argument is the sandbox's name; no shell reads it",
        (),
        parse=words,
        metavar="COMMAND",
        flags=("--exec",),
    )
    grow_by: int | None = argument(
        "when a sandbox reaches --until (default: 90%), grow it by this size; exit when that is not possible",
        None,
        parse=sizes.parse_bytes,
        metavar="SIZE",
    )
    up_to: int | None = argument(
        "largest size that --grow-by gives a sandbox",
        None,
        parse=sizes.parse_bytes,
        metavar="SIZE",
        complete=Complete.SIZE,
    )

    @property
    def level(self) -> float | None:
        """The fill at which something is done; None: only watch."""
        if self.until is None and self.grow_by is not None:
            return gauge.NEARLY_FULL
        return self.until


def check(request: WatchRequest) -> None:
    """UsageError for options that need others, and for a command that does not exist: not only when it has
    to run.
    """
    if request.command and request.until is None:
        raise UsageError("--exec needs --until, the fill at which the command runs.", "Try --until 90%.")
    if request.command and shutil.which(request.command[0]) is None:
        raise UsageError(f"There is no program {request.command[0]!r} to run.", "Give its path.")
    if (request.grow_by is None) != (request.up_to is None):
        raise UsageError("--grow-by and --up-to need each other.", "Try --grow-by 512M --up-to 4G.")


def reached(now: Gauge, level: float) -> bool:
    """Whether a sandbox is as full as that (0 to 1). A BROKEN one is past it; one that cannot overflow, which
    is OK at any fill, and one of unknown fill are not.
    """
    if now.fill is None:
        return now.state is State.BROKEN
    cannot_overflow = now.state is State.OK and now.fill >= gauge.FILLING
    return now.fill >= level and not cannot_overflow


def growth(now: Gauge, by: int, most: int) -> int | None:
    """The size to which a store of this gauge is to be grown, in bytes; None where it can be no larger, or
    where that would unmount it (a FULL one) or nothing helps.
    """
    if now.total is None or now.total >= most or now.state in (State.FULL, State.BROKEN, State.UNKNOWN):
        return None
    return min(now.total + by, most)


VERB = Verb(
    name="watch",
    summary="print how full sandboxes are until Ctrl-C; exit, run a command or grow them at a fill",
    examples=(
        ("watch --until 90% --exec 'logger sandbox nearly full:'", "write to the system's log, and exit"),
        ("watch trial --grow-by 512M --up-to 8G", "grow it whenever it is nearly full, while this runs"),
    ),
    request=WatchRequest,
)
