"""A verb's request as the arguments of a command line, and back."""

from __future__ import annotations

import argparse
import os
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from tui.backend.verbs.verb import Query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from dataclasses import Field

    from tui.backend.argument import Argument
    from tui.backend.verbs.verb import Verb


def of(request: type[Any] | None) -> Iterator[tuple[Field[Any], Argument]]:
    """The fields of a request that people give, in order, each with what is said of it."""
    for field in fields(request) if request else ():
        if "argument" in field.metadata:
            yield field, field.metadata["argument"]


def add(parser: argparse.ArgumentParser, verb: Verb) -> None:
    """All that a verb takes, and the options that it shares with others."""
    groups: dict[str, Any] = {}
    for field, argument in of(verb.request):
        if argument.environ:
            continue
        if argument.group and argument.group not in groups:
            groups[argument.group] = parser.add_mutually_exclusive_group()
        add_one(groups.get(argument.group, parser), field, argument)
    if verb.work is not None and not isinstance(verb.work, Query):
        parser.add_argument(
            "--dry-run", action="store_true", help="print the plan as a shell script, do nothing"
        )
    if verb.result is not None:
        parser.add_argument("--json", action="store_true", help=f"print JSON: see `schema {verb.name}`")


def add_one(parser: argparse._ActionsContainer, field: Field[Any], argument: Argument) -> None:
    """One argument."""
    options: dict[str, Any] = {"help": argument.help.replace("%", "%%")}
    if argument.either:
        options["action"] = argparse.BooleanOptionalAction
    elif field.default is False:
        options["action"] = "store_true"
    else:
        options |= {"type": argument.parse, "choices": argument.choices or None}
        options["metavar"] = argument.metavar or (None if argument.choices else field.name.upper())
    flags = argument.flags or (f"--{field.name.replace('_', '-')}",)
    if _by_place(field, argument):
        several = {(): "*", None: "?"}
        options["nargs"] = None if field.default is MISSING else several.get(field.default)
        flags = (field.name,)
    elif field.default is MISSING:
        options |= {"required": True, "dest": field.name}
    else:
        options |= {"default": field.default, "dest": field.name}
    added = parser.add_argument(*flags, **options)
    added.complete = argument.complete  # type: ignore[attr-defined]


def _by_place(field: Field[Any], argument: Argument) -> bool:
    return argument.positional or (field.default is MISSING and not argument.flags)


def flags(verb: Verb) -> tuple[str, ...]:
    """Every option of a verb, as it is written."""
    parser = argparse.ArgumentParser()
    add(parser, verb)
    return tuple(flag for action in parser._actions for flag in action.option_strings)  # noqa: SLF001


def request(verb: Verb, options: argparse.Namespace) -> Any:  # noqa: ANN401 - of the verb's own type
    """The request that a command line means. UsageError where a variable of the environment is nonsense."""
    if verb.request is None:
        return None
    return verb.request(**dict(_values(verb.request, options)))


def _values(request: type[Any], options: argparse.Namespace) -> Iterator[tuple[str, object]]:
    for field, argument in of(request):
        if not argument.environ:
            value = getattr(options, field.name)
            yield field.name, tuple(value) if isinstance(value, list) else value
        elif text := os.environ.get(argument.environ, ""):
            yield field.name, argument.parse(text)
