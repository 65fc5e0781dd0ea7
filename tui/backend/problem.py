"""Why something cannot be, as a value: what decides is its code, what people read are its words."""

from dataclasses import dataclass
from enum import Enum, auto


class Code(Enum):
    """What kind of problem it is."""

    OURS = auto()
    """It is a sandbox, or a part of one."""
    IN_USE = auto()
    """Somebody uses it."""
    UNFIT = auto()
    """By its nature it cannot be what is wanted."""
    LACKING = auto()
    """The machine lacks what it needs."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`cause` is the end of a sentence; `remedy` one of its own, empty where nothing is known to help."""

    code: Code
    cause: str
    remedy: str = ""
