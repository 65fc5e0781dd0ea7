"""What RAM is left to the machine, and how much a new sandbox gets where nobody says. Pure."""

from tui.backend.host import Memory

MIB = 1 << 20
LEAST = 64 * MIB
"""The smallest size that is offered by default."""


def reserve(memory: Memory, *, pinned: bool = False) -> int:
    """Bytes that are left to the machine: 5 % of its RAM, at least 128 MiB; twice that beside a store whose
    memory is `pinned`: it cannot be swapped out, and the account that is kept of it takes some more.
    """
    return max(memory.total // 20, 128 * MIB) * (2 if pinned else 1)


def usual_size(free: int, maximum: int | None) -> int:
    """A quarter of what is `free` for promises, at least 64 MiB, at most what cannot overflow (bytes; None:
    there is no such size).
    """
    usual = max(free // 4, LEAST)
    return usual if maximum is None else min(usual, maximum)
