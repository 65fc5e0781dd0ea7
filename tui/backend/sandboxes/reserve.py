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
    """What cannot overflow (None: there is no such size) where that is `free` for promises, else half of what
    is, at least 64 MiB; in bytes. Memory is taken only as it is written.
    """
    half = max(free // 2, LEAST)
    if maximum is None:
        return half
    return maximum if maximum <= free else min(half, maximum)
