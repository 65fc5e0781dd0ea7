"""The programs that sort and compare lists whose entries end with a NUL byte: sort, comm, head."""

from tui.backend.practice import tree
from tui.backend.practice.failures import Failure
from tui.backend.practice.programs.arguments import parse, reason
from tui.backend.practice.programs.files import cat
from tui.backend.practice.world import World


def head(world: World, words: list[str], _: str) -> str:
    """Show the beginning of a file: `head --bytes=N FILE`."""
    given = parse("head", words, values="c/bytes")
    return cat(world, [given.one()], "")[: int(given.get("bytes"))]


def sort(world: World, words: list[str], _: str) -> str:
    """Sort: `sort --zero-terminated --output=FILE FILE`."""
    values = "S/buffer-size parallel T/temporary-directory o/output"
    given = parse("sort", words, flags="z/zero-terminated", values=values)
    try:
        tree.write(
            world, given.get("output"), "".join(f"{e}\0" for e in sorted(_entries(world, given.one())))
        )
    except OSError as error:
        raise Failure(f"sort: {error.filename}: {reason(error)}", 2) from error
    return ""


def comm(world: World, words: list[str], _: str) -> str:
    """Show what only one of two sorted files has: `comm --zero-terminated -3 FILE FILE`."""
    given = parse("comm", words, flags="z/zero-terminated 3/only-one")
    one, two = (_entries(world, path) for path in given.operands)
    found = [
        *(entry for entry in one if entry not in two),
        *(f"\t{entry}" for entry in two if entry not in one),
    ]
    return "".join(f"{entry}\0" for entry in found)


def _entries(world: World, path: str) -> list[str]:
    return cat(world, [path], "").split("\0")[:-1]
