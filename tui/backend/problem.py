"""Why something cannot be, as a value: what decides is its code, what people read are its words."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """What kind of problem it is."""

    OURS = "ours"
    """It is a sandbox, or a part of one."""
    IN_USE = "in use"
    """Somebody uses it."""
    UNFIT = "unfit"
    """By its nature it cannot be what is wanted."""
    LACKING = "lacking"
    """The machine lacks what it needs."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`cause` is the end of a sentence; `remedy` one of its own, empty where nothing is known to help."""

    code: Code
    cause: str
    remedy: str = ""
