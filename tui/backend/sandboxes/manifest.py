"""What a directory has in it: the list that is made before and after, to prove that nothing of it
was changed.

Times of reading are not in it. What is mounted in the directory is no part of it.
"""

from tui.backend import paths
from tui.backend.command import Command, command
from tui.backend.errors import CommandFailed
from tui.backend.host import Host
from tui.backend.plan import Step
from tui.backend.sandboxes import frame

_FORMAT = r"%D %y %m %U:%G %n %s %T@ %C@ %P\t%l\0"
"""Device, type, mode, owner, links, size, times of data and of attributes, path, link's target:
each entry ends with a NUL byte, the only one that no name can have (find(1))."""


def steps(name: str, directory: str, *, hashed: bool) -> tuple[Step, ...]:
    """Note the directory's manifest and, where asked for, the hash of every file in it."""
    file, hashes = paths.of(name, paths.MANIFEST), paths.of(name, paths.HASHES)
    listing = Step(
        "Note all that is in the origin: names, sizes, times, owners, modes",
        _find(directory, file),
        frame.delete(file),
        partial=True,
    )
    hashing = Step(
        "Note the hash of every file in it", _hash(directory, hashes), frame.delete(hashes), partial=True
    )
    return (listing, hashing) if hashed else (listing,)


def changed(host: Host, directory: str, noted: str) -> tuple[str, ...] | None:
    """The paths that are not as the noted manifest says, by name; None when it cannot be told."""
    try:
        now = host.run(_find(directory).resolve({}))
    except CommandFailed:
        return None
    before, after = _entries(noted), _entries(now)
    return tuple(sorted(path for path in {*before, *after} if before.get(path) != after.get(path)))


def hashes_same(host: Host, directory: str, noted: str) -> bool | None:
    """Whether every file still has the hash that was noted; None when it cannot be told."""
    try:
        now = host.run(_hash(directory).resolve({}))
    except CommandFailed:
        return None
    return sorted(now.split("\0")) == sorted(noted.split("\0"))


def _find(directory: str, output: str | None = None) -> Command:
    return command("find", directory, "-xdev", "-printf", _FORMAT, output=output)


def _hash(directory: str, output: str | None = None) -> Command:
    digest = ("sha256sum", "--binary", "--zero", "{}", "+")
    return command("find", directory, "-xdev", "-type", "f", "-exec", *digest, output=output)


def _entries(text: str) -> dict[str, str]:
    """What is said of each path, without what is mounted in the directory (of another device)."""
    found = [entry.split(" ", 8) for entry in text.split("\0") if entry]
    whole = [entry for entry in found if len(entry) == 9]
    top = whole[0][0] if whole else ""
    return {entry[8].split("\t", 1)[0]: " ".join(entry) for entry in whole if entry[0] == top}
