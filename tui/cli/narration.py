"""What people read beside the data, on stderr: steps ticking off, notes, errors.

Nothing here ever raises: a terminal that went away must not stop a running plan half way.
"""

import sys
from contextlib import suppress

from tui.backend.text import clean_lines

PROGRAM = "sandbox-tui"


def say(text: str, end: str = "\n") -> None:
    """One or more lines to stderr; control characters in them are shown as `?`."""
    with suppress(OSError, ValueError):
        print(clean_lines(text), end=end, file=sys.stderr, flush=True)


def count(fraction: float | None) -> None:
    """On a terminal: how much of the step that was said last is done (0 to 1), to be written over;
    None to take that away.
    """
    with suppress(OSError, ValueError):
        if sys.stderr.isatty():
            shown = " " * 4 if fraction is None else f"{fraction:4.0%}"
            print(shown + "\b" * 4, end="", file=sys.stderr, flush=True)


def error(message: str, hint: str = "") -> None:
    """What went wrong, and the way out on a line of its own."""
    say(f"{PROGRAM}: {message}" + (f"\n{hint}" if hint else ""))


def notes(sentences: tuple[str, ...]) -> None:
    """What to know about a plan."""
    for sentence in sentences:
        say(f"Note: {sentence}")
