"""A store in a plan."""

from dataclasses import dataclass

from tui.backend.command import Ref
from tui.backend.plan import Step


@dataclass(frozen=True, slots=True)
class Made:
    """The steps that make a store, the COW device that it will be, and its size in bytes. `loads`: among the
    steps is one that loads the kernel's module of RAM disks.
    """

    steps: tuple[Step, ...]
    cow: str | Ref
    size: int
    loads: bool = False
