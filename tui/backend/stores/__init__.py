"""Where the changes live: a tmpfs file on a loop device, or a RAM disk of the brd module."""

from dataclasses import dataclass

from tui.backend.command import Ref
from tui.backend.plan import Step


@dataclass(frozen=True, slots=True)
class Store:
    """A store in a plan: the steps that make it and the COW device it will be."""

    steps: tuple[Step, ...]
    cow: str | Ref
    brd_loaded: bool = False
