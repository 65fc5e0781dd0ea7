"""The programs that copy, move and print: cp, mv, chmod, printf."""

import copy

from tui.backend.practice import tree
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.nodes import PAGE, Directory, File
from tui.backend.practice.programs.arguments import parse, reason
from tui.backend.practice.world import World


def cp(world: World, words: list[str], _: str) -> str:
    """Copy files: `cp [--parents] FILE... --target-directory=DIRECTORY`, `cp FILE FILE`."""
    flags, values = "dereference parents", "target-directory sparse"
    given = parse("cp", words, flags=flags, values=values)
    sources, place = given.operands, given.get("target-directory")
    if not place:
        *sources, target = given.operands
        if len(sources) != 1:
            raise NotPractised("cp: bad usage")
    for source in sources:
        name = source.rsplit("/", 1)[1]
        if "parents" in given:
            _parents(world, place, source)
            name = source.lstrip("/")
        _copy(world, source, f"{place}/{name}" if place else target)
    return ""


def _copy(world: World, source: str, target: str) -> None:
    try:
        old = tree.file(world, source)
        new, fs = tree.open_file(world, target)
        taken = -(-old.size // PAGE) * PAGE
        if not fs.has_room(taken):
            raise Failure(f"cp: error writing '{target}': No space left on device")
    except OSError as error:
        raise Failure(f"cp: cannot copy '{source}' to '{target}': {reason(error)}") from error
    new.text, new.length, new.content = old.text, old.length, copy.deepcopy(old.content)
    new.allocated, new.version = taken, new.version + 1


def _parents(world: World, place: str, source: str) -> None:
    path = place
    for part in source.strip("/").split("/")[:-1]:
        path = f"{path}/{part}"
        if tree.find(world, path).node is None:
            tree.make(world, path, Directory())


def mv(world: World, words: list[str], _: str) -> str:
    """Rename a file or directory: `mv [--backup=numbered] [--no-target-directory] FILE FILE`."""
    given = parse("mv", words, flags="T/no-target-directory", values="backup")
    source, target = given.operands
    try:
        node = tree.existing(world, source)
        if (there := tree.find(world, target).node) is not None and "backup" in given:
            number = next(n for n in range(1, 1000) if tree.find(world, f"{target}.~{n}~").node is None)
            tree.make(world, f"{target}.~{number}~", there)
            _forget(world, target)
        elif there is not None:
            tree.unlink(world, target)
        tree.make(world, target, node)
        _forget(world, source)
    except OSError as error:
        raise Failure(f"mv: cannot move '{source}' to '{target}': {reason(error)}") from error
    return ""


def _forget(world: World, path: str) -> None:
    """Take a name away, not what it names."""
    head, _slash, name = path.rpartition("/")
    above = tree.find(world, head or "/").node
    if isinstance(above, Directory):
        del above.entries[name]


def chmod(world: World, words: list[str], _: str) -> str:
    """Change permissions, which files here do not have: `chmod MODE FILE...`."""
    for path in words[1:]:
        node = tree.find(world, path).node
        if node is None:
            raise Failure(f"chmod: cannot access '{path}': No such file or directory")
        if not isinstance(node, File):
            raise NotPractised("chmod: of a directory")
    return ""


def printf(_world: World, words: list[str], _: str) -> str:
    r"""Print words: `printf %s WORD`, `printf '%s\n' WORD...`."""
    form, *rest = words
    if form not in ("%s", r"%s\n"):
        raise NotPractised(f"printf: {form}: not practised")
    end = "\n" if form.endswith("n") else ""
    return "".join(f"{word}{end}" for word in rest)
