"""How much of the long suites is run: everything with SANDBOX_TUI_SOAK=1, else a tenth, chosen at random by
the seed in SANDBOX_TUI_SEED, or one of its own that is printed.
"""

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

ALL = os.environ.get("SANDBOX_TUI_SOAK") == "1"
SEED = os.environ.get("SANDBOX_TUI_SEED") or str(random.SystemRandom().randrange(10**6))
PART = 10

os.environ["SANDBOX_TUI_SEED"] = SEED  # for what is started from here


def chosen(cells: Sequence[T], key: str) -> list[T]:
    """The cells of a suite that are to be run now, in their order; `key` tells this choice from others."""
    if ALL:
        return list(cells)
    count = -(-len(cells) // PART)
    numbers = random.Random(f"{SEED}/{key}").sample(range(len(cells)), count)
    return [cells[number] for number in sorted(numbers)]


def words() -> str:
    """What is run, for the head of a report."""
    part = "all cells" if ALL else f"one cell in {PART}"
    return f"soak: {part}, SANDBOX_TUI_SEED={SEED}"
