"""The programs of the practice machine: one function each, by name.

A function takes the world, its arguments and its standard input, and returns its standard
output; it raises a Failure with the words and the exit status of the real program.
"""

from collections.abc import Callable

from tui.backend.practice.world import World

Program = Callable[[World, list[str], str], str]
"""(world, arguments, standard input) -> standard output"""
