"""What a verb is: its name, what it takes, what it says of itself, and how it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tui.backend.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.backend.host import Host
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.verbs.change import Change

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether a verb makes sense: the sandbox it would act on (None: none),
    and whether remains of an interrupted verb exist.
    """

    sandbox: Sandbox | None = None
    remains: bool = False


def always(_situation: Situation) -> bool:
    """It makes sense whatever there is."""
    return True


def with_sandbox(situation: Situation) -> bool:
    """There is a sandbox to act on."""
    return situation.sandbox is not None


def with_whole(situation: Situation) -> bool:
    """There is a sandbox to work with, not only remains of one."""
    return situation.sandbox is not None and situation.sandbox.whole


@dataclass(frozen=True, slots=True)
class Key:
    """How the screens offer a verb. `id` is its name in keys.toml, `key` what is pressed, `places` are the
    screens that have it, `footer` those whose last line names it.
    """

    id: str
    key: str
    title: str
    help: str
    places: tuple[str, ...] = ("home",)
    footer: tuple[str, ...] = ()
    applies: Callable[[Situation], bool] = always


@dataclass(frozen=True, slots=True)
class Query(Generic[R, T]):
    """What is only read: `read` makes a typed result, `status` tells what exit status that means."""

    read: Callable[[Host, R], T]
    status: Callable[[T], ExitCode] = lambda _result: ExitCode.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb, as people meet it.

    `summary` is a sentence without its full stop; `examples` are two command lines (without the program's
    name), each with what it does. `request` is the dataclass of what it takes, None for nothing; `result`
    that of what comes of it, None where that is not a value: what `--json` prints. `work` is how it is done;
    None where it talks with people, or goes on until they stop it: the command line has a module for it then.
    """

    name: str
    summary: str
    examples: tuple[tuple[str, str], tuple[str, str]]
    request: type[Any] | None = None
    result: type[Any] | None = None
    work: Query[Any, Any] | Change[Any, Any, Any] | None = None
    key: Key | None = None

    @property
    def example(self) -> str:
        """The whole first command line."""
        return f"sandbox-tui {self.examples[0][0]}"
