"""What was probably meant by a word that is not known."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from tui.backend import verbs
from tui.backend.errors import UsageError
from tui.cli import arguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def check_verb(argv: Sequence[str]) -> None:
    """UsageError where a command line begins with a verb, or an action of one, that there is not."""
    first, *rest = (*argv, "", "")[:2]
    names = tuple(dict.fromkeys(name.split(" ")[0] for name in verbs.TABLE))
    if first and not first.startswith("-") and first not in names:
        _unknown("verb", first, names, "sandbox-tui --help")
    actions = tuple(name.split(" ")[1] for name in verbs.TABLE if name.startswith(f"{first} "))
    if actions and rest[0] and not rest[0].startswith("-") and rest[0] not in actions:
        _unknown("action", rest[0], actions, f"sandbox-tui {first} --help")


def refuse(extra: str, verb: str | None) -> NoReturn:
    """UsageError for an argument that a verb (None: the program without one) does not take."""
    see = f"sandbox-tui {verb} --help" if verb else "sandbox-tui --help"
    if extra.startswith("-"):
        known = arguments.flags(verbs.load(verb)) if verb else ("--interval", "--version", "--help")
        _unknown("option", extra.partition("=")[0], known, see)
    raise UsageError(f"{extra!r} is one argument too many.", f"See {see}.")


def _unknown(kind: str, word: str, known: Iterable[str], see: str) -> NoReturn:
    close = get_close_matches(word, list(known), 1, 0.5)
    meant = f"Did you mean {close[0]}? " if close else ""
    raise UsageError(f"There is no {kind} {word!r}.", f"{meant}See {see}.")
