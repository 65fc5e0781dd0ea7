"""A practice machine as real ones are: its free memory is another one at every reading."""

from typing import Any

from tui.backend.host import Memory
from tui.backend.practice import PracticeHost

_SWAY = 24 << 20
"""Bytes between which the free memory goes up and down."""


class MovingHost(PracticeHost):
    """What can be had of the memory differs by some pages and more from one reading to the next."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.readings = 0

    def memory(self) -> Memory:
        self.readings += 1
        found = super().memory()
        return Memory(found.total, found.available - self.readings * 7_340_033 % _SWAY // 4096 * 4096)
