"""The one table of what other programs and files are needed, and which Debian package brings each.

It is the file packages.txt, so that `.ci/setup` can read it before there is a Python.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

_TABLE = os.path.join(os.path.dirname(__file__), "packages.txt")


class Use(StrEnum):
    """When something is needed: see packages.txt."""

    ALWAYS = "always"
    SANDBOX = "sandbox"
    LIVECD = "livecd"
    HOST = "host"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Need:
    """A program, or a file by its path; its Debian `package`; what for (empty: not told)."""

    name: str
    package: str
    use: Use
    purpose: str

    @property
    def is_file(self) -> bool:
        """Whether it is looked for by its path."""
        return self.name.startswith("/")


@cache
def table() -> tuple[Need, ...]:
    """All of them, in the order of packages.txt."""
    with open(_TABLE, encoding="utf-8") as file:
        lines = [line for line in file.read().split("\n") if line and not line.startswith("#")]
    return tuple(_entry(*re.split(" +", line, maxsplit=3)) for line in lines)


def _entry(name: str, package: str, use: str, purpose: str = "") -> Need:
    return Need(name, package, Use(use), purpose)


def programs(*uses: Use) -> tuple[Need, ...]:
    """The programs that are needed for one of these uses."""
    return tuple(entry for entry in table() if entry.use in uses and not entry.is_file)


def need(name: str) -> Need:
    """The entry of a program, or of a file by its path or its last part; LookupError where there is none."""
    for entry in table():
        if name in (entry.name, os.path.basename(entry.name)):
            return entry
    raise LookupError(name)


def package_of(name: str) -> str:
    """The Debian package that has a program or file; its own name when unknown."""
    try:
        return need(name).package
    except LookupError:
        return name


def install(*names: str) -> str:
    """The command that brings these programs and files, for a sentence to people."""
    return f"apt-get install {' '.join(sorted({package_of(name) for name in names}))}"
