"""A store in a plan."""

from dataclasses import dataclass

from tui.backend.command import Ref
from tui.backend.plan import Step


@dataclass(frozen=True, slots=True)
class Made:
    """The steps that make a store, the COW device that it will be, its size in bytes, and whether the module
    of RAM disks is ours to unload.
    """

    steps: tuple[Step, ...]
    cow: str | Ref
    size: int
    brd_loaded: bool = False
