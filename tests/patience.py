"""Waiting for events. How long one takes decides nothing: only what would never come is given up."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 1800.0
"""Seconds after which a test that waits has hung, on however slow a machine."""

Value = TypeVar("Value")


def until(ask: Callable[[], Value], what: str, patience: float = PATIENCE) -> Value:
    """Ask until the answer is true, and return it; `what` says what is waited for, for `patience` seconds."""
    end = time.monotonic() + patience
    while not (answer := ask()):
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.02)
    return answer
