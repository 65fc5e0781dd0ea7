"""Reading a program's arguments, strictly: an option nobody knows is an error."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tui.backend.practice.failures import Failure, NotPractised


@dataclass
class Arguments:
    """Options by their long name (flags have the value ""), and the operands."""

    program: str
    options: dict[str, str] = field(default_factory=dict)
    operands: list[str] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self.options

    def get(self, name: str, default: str = "") -> str:
        """The value of an option."""
        return self.options.get(name, default)

    def one(self) -> str:
        """The only operand."""
        if len(self.operands) != 1:
            raise NotPractised(f"{self.program}: bad usage")
        return self.operands[0]


def parse(program: str, words: Iterable[str], flags: str = "", values: str = "") -> Arguments:
    """Arguments by the options that a program has: `flags` alone, `values` with one. Each is
    `name`, or `letter/name` where it has a short form too.
    """
    alone, valued = _names(flags), _names(values)
    found, left = Arguments(program), list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if word == "--":
            found.operands += left
            break
        if not word.startswith("-") or word == "-":
            found.operands.append(word)
        elif name in alone and not equals:
            found.options[alone[name]] = ""
        elif name in valued and (equals or left):
            found.options[valued[name]] = value if equals else left.pop(0)
        else:
            raise NotPractised(
                f"{program}: unrecognized option '{word}'\nTry '{program} --help' for more information."
            )
    return found


def reason(error: OSError) -> str:
    """The kernel's words for an error."""
    return error.strerror or str(error)


def quoted(text: str) -> str:
    """A word in the quotes that the programs use for people."""
    return f"\u2018{text}\u2019"


def size(program: str, word: str) -> int:
    """A size as coreutils read it, in bytes."""
    units = {"K": 2**10, "M": 2**20, "G": 2**30}
    number, unit = (word[:-1], units[word[-1]]) if word[-1:] in units else (word, 1)
    if not number.isdecimal():
        raise Failure(f"{program}: Invalid number: {quoted(word)}")
    return int(number) * unit


def _names(text: str) -> dict[str, str]:
    found = {}
    for entry in text.split():
        letter, slash, name = entry.partition("/")
        if not slash:
            letter, name = "", entry
        found[f"--{name}"] = name
        if letter:
            found[f"-{letter}"] = name
    return found
