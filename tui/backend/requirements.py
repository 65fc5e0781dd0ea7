"""The programs that a plan needs, and whether this machine has them: asked before anything is touched.

Their names come from the plan itself. Lines of bash are those of this project, fixed and simple: words,
quotes, pipes, groups, redirections and process substitution (source: bash(1)).
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from tui.backend import packages
from tui.backend.errors import Refused
from tui.backend.kernel.text import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tui.backend.command import Command, Word
    from tui.backend.host import Host
    from tui.backend.plan import Plan

_KEYWORDS = frozenset({"!", "{", "}", "exec", "if", "then", "else", "fi", "do", "done", "while", "until"})
"""Words after which a command goes on or begins."""
_BUILTINS = frozenset("cd shift true false : [ test echo printf set export read local return exit".split())
"""What bash does itself."""
_PUNCTUATION = "();<>|&\n"


def programs(plan: Plan) -> tuple[str, ...]:
    """The names of all programs that the plan's commands and undos start, each once. Pure."""
    commands = (entry for step in plan.steps for entry in (step.command, step.undo) if entry is not None)
    return tuple(dict.fromkeys(name for entry in commands for name in of_command(entry)))


def of_command(command: Command) -> tuple[str, ...]:
    """The names of the programs of one command, in order; of a name with a `/` its last part. Pure."""
    return tuple(_of_argv([_text(word) for word in command.argv]))


def check(host: Host, plan: Plan) -> Plan:
    """The plan itself; Refused, naming all that this machine lacks of its programs."""
    need(host, programs(plan))
    return plan


def need(host: Host, names: Sequence[str]) -> None:
    """Refused, naming all of these programs that this machine lacks."""
    absent = [name for name in dict.fromkeys(names) if not host.has_program(name)]
    if not absent:
        return
    listed = ", ".join(f"{name} (package {packages.package_of(name)})" for name in absent)
    raise Refused(
        f"{'This program is' if len(absent) == 1 else 'These programs are'} missing: {listed}.",
        f"Install {'it' if len(absent) == 1 else 'them'} (Debian: {packages.install(*absent)}),"
        " then try again.",
    )


def _text(word: Word) -> str:
    """A word whose captured parts are not known yet: they are never programs."""
    parts = word if isinstance(word, tuple) else (word,)
    return "".join(part if isinstance(part, str) else "" for part in parts)


def _of_argv(argv: Sequence[str]) -> Iterator[str]:
    """A program and those that it starts by its arguments."""
    if not argv or not argv[0]:
        return
    name = os.path.basename(argv[0])
    yield name
    inner = _STARTERS.get(name)
    if inner is not None:
        yield from inner(argv[1:])


def _after_options(words: Sequence[str], *, values: frozenset[str] = frozenset(), skip: int = 0) -> list[str]:
    """What is left of words after options (those in `values` have one word more) and `skip` others."""
    rest = list(words)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option == "--":
            break
        if option in values and rest:
            rest.pop(0)
    return rest[skip:]


def _env(words: Sequence[str]) -> Iterator[str]:
    rest = _after_options(words, values=frozenset({"-u", "-C"}))
    while rest and "=" in rest[0]:
        rest.pop(0)
    return _of_argv(rest)


def _find(words: Sequence[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        if word in ("-exec", "-execdir"):
            yield from _of_argv(words[index + 1 : index + 2])


def _shell(words: Sequence[str]) -> Iterator[str]:
    if "-c" in words:
        at = list(words).index("-c")
        yield from _of_line(words[at + 1], words[at + 3 :])


_STARTERS: dict[str, Callable[[Sequence[str]], Iterator[str]]] = {
    "env": _env,
    "unshare": lambda words: _of_argv(_after_options(words)),
    "prlimit": lambda words: _of_argv(_after_options(words)),
    "setpriv": lambda words: _of_argv(_after_options(words)),
    "fakeroot": lambda words: _of_argv(_after_options(words, values=frozenset({"-i", "-s", "-b", "-l"}))),
    "flock": lambda words: _of_argv(_after_options(words, skip=1)),
    "find": _find,
    "bash": _shell,
    "sh": _shell,
}
"""Programs that start others, by what they make of their arguments."""


def _of_line(line: str, given: Sequence[str]) -> Iterator[str]:
    """The programs of a line of bash whose `$1`, `$2` … are `given`."""
    left = list(given)
    for words in _simple_commands(line):
        while words and (words[0] in _KEYWORDS or _assignment(words[0])):
            words.pop(0)
        if words and words[0] == "shift":
            left = left[int(words[1]) if len(words) > 1 else 1 :]
        elif words and words[0] not in _BUILTINS:
            yield from _of_argv([part for word in words for part in _expanded(word, left)])


def _assignment(word: str) -> bool:
    name, equals, _value = word.partition("=")
    return bool(equals) and name.isidentifier()


def _expanded(word: str, given: Sequence[str]) -> list[str]:
    if word == "$@":
        return list(given)
    place = number(word[1:]) if word.startswith("$") else None
    if place is not None:
        return list(given[place - 1 : place])
    return [word]


def _simple_commands(line: str) -> Iterator[list[str]]:
    """The words of each command, without what is redirected."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=_PUNCTUATION)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, ""
    words: list[str] = []
    redirected = False
    for token in lexer:
        if not token or token.strip(_PUNCTUATION):
            if not redirected:
                words.append(token)
            redirected = False
        elif token[-1] in "<>" or token.endswith(("<&", ">&")):
            redirected = True
            if words and number(words[-1]) is not None:
                words.pop()  # which file descriptor
        else:
            yield words
            words, redirected = [], False
    yield words
