"""What a directory has in it: a sorted list that is made before and after, to prove that nothing of it
was changed.

Both are made of the lower layer, which is bound read-only: so no time of reading changes in the origin, and
what is mounted in the origin is not in it. Sorting and comparing take no more memory than `_SORT`.
"""

from dataclasses import dataclass
from functools import partial

from tui.backend import paths
from tui.backend.command import Command, command
from tui.backend.plan import Step
from tui.backend.sandboxes import frame

_FORMAT = r"%y %m %U:%G %n %s %T@ %C@ %P\t%l\0"
"""Type, mode, owner, links, size, times of data and of attributes, path, link's target:
each entry ends with a NUL byte, the only one that no name can have (find(1))."""
_FIELDS = 7
"""How many of them stand before the path, none with a space in it."""
_SORT = "32M"
_SHOWN = 1 << 16
"""Bytes of the differences that are read: enough to name a few hundred."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The paths that are not as they were, by name; `more`: there are others."""

    paths: tuple[str, ...]
    more: bool


def steps(name: str, *, hashed: bool) -> tuple[Step, ...]:
    """Note what is in the lower layer and, where asked for, the hash of every file in it."""
    found = _listed(
        name, paths.MANIFEST, "Note all that is in the origin: names, sizes, times, owners, modes"
    )
    digests = _listed(name, paths.HASHES, "Note the hash of every file in it") if hashed else ()
    return (*found, *digests)


def compare_steps(name: str, number: int, *, hashed: bool) -> tuple[Step, ...]:
    """List once more and compare; what differs is captured as `CHANGED_<number>` and `REHASHED_<number>`."""
    digests = _compared(name, paths.HASHES, f"REHASHED_{number}", "Compare the hash of every file in it")
    found = _compared(name, paths.MANIFEST, f"CHANGED_{number}", "Compare all that is in the origin")
    return (*found, *(digests if hashed else ()))


def difference(text: str) -> Difference:
    """What differs, from what was captured; the last entry may be cut."""
    *whole, rest = text.split("\0")
    found = {_path(entry) for entry in whole or ([rest] if rest else [])}
    return Difference(tuple(sorted(found)), more=bool(rest))


def _listed(name: str, file: str, title: str) -> tuple[Step, ...]:
    place = paths.of(name, file)
    undo = frame.delete(place)
    return (
        Step(title, _list(name, file, place), undo, partial=True, progress=True),
        Step("Sort that", _sort(name, place), progress=True),
    )


def _compared(name: str, file: str, variable: str, title: str) -> tuple[Step, ...]:
    before, now, changes = (paths.of(name, part) for part in (file, paths.LISTED, paths.CHANGES))
    undo = frame.delete(now)
    long = partial(Step, optional=True, group=variable, progress=True)
    return (
        long(f"{title}: list it", _list(name, file, now), undo, partial=True),
        long("Sort that", _sort(name, now)),
        long(
            "Find what differs",
            command("comm", "--zero-terminated", "-3", before, now, output=changes),
            frame.delete(changes),
            partial=True,
        ),
        Step(
            "Read the first of it",
            command("head", f"--bytes={_SHOWN}", changes),
            capture=variable,
            optional=True,
            group=variable,
        ),
        Step("Remove that list", command("rm", "--force", now, changes)),
    )


def _list(name: str, file: str, output: str) -> Command:
    lower = paths.of(name, paths.LOWER)
    if file == paths.MANIFEST:
        return command("find", lower, "-ignore_readdir_race", "-printf", _FORMAT, output=output)
    digest = ("sha256sum", "--binary", "--zero", "{}", "+")
    return command("find", lower, "-ignore_readdir_race", "-type", "f", "-exec", *digest, output=output)


def _sort(name: str, file: str) -> Command:
    """What does not fit into its memory it puts beside the list, where `remove` finds it."""
    bounded = (f"--buffer-size={_SORT}", "--parallel=1", f"--temporary-directory={paths.of(name)}")
    return command("sort", "--zero-terminated", *bounded, f"--output={file}", file)


def _path(entry: str) -> str:
    """Of an entry as comm shows it, with a tab before those of the second list. Only links have a target."""
    kind, *_facts, rest = entry.removeprefix("\t").split(" ", _FIELDS)
    return rest.split("\t", 1)[0] if kind == "l" else rest.removesuffix("\t")
