"""The time between two readings, as an argument of the verbs that go on reading."""

from tui.backend.errors import UsageError

INTERVAL = "between two readings (default: 1)"
SHORTEST, LONGEST = 0.1, 3600
"""Seconds between two readings."""


def seconds(text: str) -> float:
    """The seconds of a text. UsageError where they are none, or too few or many."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not SHORTEST <= found <= LONGEST:
        raise UsageError(
            f"{text!r} is not a time between {SHORTEST} and {LONGEST} seconds.", "Try --interval 5."
        )
    return found
