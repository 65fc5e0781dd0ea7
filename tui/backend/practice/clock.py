"""Practice time: it stands still until it is told to go on."""

BASE = 1_767_258_000.0
"""When practice time begins, in seconds since the epoch: 1 January 2026, 9:00 UTC."""


class PracticeClock:
    """A clock for tests and screenshots; `time.monotonic` can stand in its place."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Seconds since the practice began."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
