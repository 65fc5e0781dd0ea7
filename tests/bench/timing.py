"""Times of two things, taken in turns so that a noisy machine disturbs both alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Times:
    """Seconds, in the order they were taken."""

    taken: list[float] = field(default_factory=list)

    def add(self, work: Callable[[], object]) -> None:
        """Do it once more."""
        start = time.perf_counter()
        work()
        self.taken.append(time.perf_counter() - start)

    @property
    def median(self) -> float:
        """The time in the middle."""
        return statistics.median(self.taken)

    def __str__(self) -> str:
        return f"{self.median * 1000:.1f} ms ({len(self.taken)} times, least {min(self.taken) * 1000:.1f})"


def in_turns(first: Callable[[], object], second: Callable[[], object], times: int) -> tuple[Times, Times]:
    """A B A B …, after one round that does not count."""
    one, two = Times(), Times()
    for _ in range(times + 1):
        one.add(first)
        two.add(second)
    return Times(one.taken[1:]), Times(two.taken[1:])


def program(argv: Sequence[str], env: Mapping[str, str]) -> Callable[[], object]:
    """Run a program to its end; it must not fail."""
    return lambda: subprocess.run(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True
    )
