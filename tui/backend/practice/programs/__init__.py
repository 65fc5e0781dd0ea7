"""The programs of the practice machine: one function each, by name.

A function takes the world, its arguments and its standard input, and returns its standard
output; it raises Failure with the words and the exit status of the real program.
"""

from collections.abc import Callable

from tui.backend.practice.world import World

Program = Callable[[World, list[str], str], str]
"""(world, arguments, standard input) -> standard output"""


class Failure(Exception):
    """A program ends with an error: what it says on standard error, and its exit status."""

    def __init__(self, words: str, status: int = 1) -> None:
        super().__init__(words)
        self.words, self.status = words, status


class NotPractised(Failure):
    """A use of a program that the practice machine does not know: the practice is incomplete."""
