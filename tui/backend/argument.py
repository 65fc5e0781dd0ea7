"""A field of a request as people give it: what is said of it, how its text is read, what completes it.
The grammar of the command line, its help, the man page and the completions are made from these.
"""

from __future__ import annotations

import os
from dataclasses import MISSING, dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Complete(Enum):
    """What a shell offers for an argument."""

    NOTHING = "nothing"
    FILE = "file"
    DIRECTORY = "directory"
    SANDBOX = "sandbox"
    ORIGIN = "origin"
    DISK = "disk"
    SIZE = "size"
    GROWTH = "growth"
    VERB = "verb"


@dataclass(frozen=True, slots=True)
class Argument:
    """How one field is given on a command line.

    `parse` makes the value of its text, and raises UsageError. `metavar` is the name of the value in the
    help. A field without a default, or a `positional` one, is told by its place; all others by `flags`, which
    are made from the field's name where there are none. `either`: `--x` and `--no-x`. Of several of one
    `group` only one may be given. `environ` is the variable that gives it, in place of an option.
    """

    help: str
    parse: Callable[[str], object] = str
    metavar: str = ""
    flags: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    complete: Complete = Complete.NOTHING
    positional: bool = False
    either: bool = False
    group: str = ""
    environ: str = ""


def argument(help: str, default: Any = MISSING, **more: Any) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A dataclass field with an Argument of this `help`; `more` are its other fields."""
    return field(default=default, metadata={"argument": Argument(help, **more)})


def absolute(path: str) -> str:
    """A path as the shell's user means it: from the working directory. What is empty stays so."""
    return os.path.join(os.getcwd(), path) if path else path
