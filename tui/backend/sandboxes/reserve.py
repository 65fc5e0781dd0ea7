"""What RAM is left to the machine, and how much a new sandbox gets where nobody says. Pure."""

from tui.backend.host import Memory

MIB = 1 << 20
LEAST = 64 * MIB
"""The smallest size that is offered by default."""


def reserve(memory: Memory) -> int:
    """Bytes that are left to the machine: 5 % of its RAM, at least 128 MiB."""
    return max(memory.total // 20, 128 * MIB)


def usual_size(free: int, maximum: int | None) -> int:
    """A quarter of what is `free` for promises, at least 64 MiB, at most what cannot overflow (bytes; None:
    there is no such size).
    """
    usual = max(free // 4, LEAST)
    return usual if maximum is None else min(usual, maximum)
