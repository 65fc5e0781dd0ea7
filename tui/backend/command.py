"""A command as a value: an argv list whose words may come from earlier commands.

The same value is run as it is and printed as a line of shell, so that what people
read is what happens.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Ref:
    """The output of an earlier command, by the name that its step gave it (`$COW`)."""

    name: str


Word = str | Ref | tuple[str | Ref, ...]
"""One argument: text, a captured name, or both joined."""


@dataclass(frozen=True, slots=True)
class Command:
    """One program call.

    `input` is its standard input, None for none. `output` is a file that receives its
    standard output, None to keep it for the caller.
    """

    argv: tuple[Word, ...]
    input: str | None = None
    output: str | None = None

    def resolve(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The argv with every captured name replaced by its value; KeyError if unknown."""
        return tuple("".join(_value(part, values) for part in _parts(word)) for word in self.argv)

    def to(self, output: str) -> "Command":
        """The same call, with a file that receives its standard output."""
        return replace(self, output=output)

    def shell(self) -> str:
        """The same call as text for a POSIX shell (the input as a here-document)."""
        line = " ".join(map(quote, self.argv))
        if self.output is not None:
            line += f" > {shlex.quote(self.output)}"
        if self.input is None:
            return line
        mark = _delimiter(self.input)
        body = self.input if self.input.endswith("\n") else self.input + "\n"
        return f"{line} <<'{mark}'\n{body}{mark}"


def command(*argv: Word, input: str | None = None, output: str | None = None) -> Command:
    """Shorthand for a Command."""
    return Command(argv, input, output)


def quote(word: Word) -> str:
    """One argument as a shell word; captured names stay `$NAME`, all else is literal."""
    if isinstance(word, str):
        return shlex.quote(word)
    return '"' + "".join(_quoted(part) for part in _parts(word)) + '"'


def _quoted(part: str | Ref) -> str:
    return f"${{{part.name}}}" if isinstance(part, Ref) else re.sub(r'([\\"$`])', r"\\\1", part)


def _parts(word: Word) -> tuple[str | Ref, ...]:
    return word if isinstance(word, tuple) else (word,)


def _value(part: str | Ref, values: Mapping[str, str]) -> str:
    return values[part.name] if isinstance(part, Ref) else part


def _delimiter(text: str) -> str:
    """A here-document mark that is no line of the text."""
    mark = "END"
    while mark in text.split("\n"):
        mark += "_"
    return mark
