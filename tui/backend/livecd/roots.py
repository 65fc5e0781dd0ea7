"""What a Live CD's root is made of: a directory, an archive, or an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.errors import CommandFailed, NotFound, Refused
from tui.backend.host import FileKind
from tui.backend.inventory import mounts
from tui.backend.livecd.listing import Entry, Listing

if TYPE_CHECKING:
    from tui.backend.host import Host


@dataclass(frozen=True, slots=True)
class Root:
    """A root by its `path`, and what is in it."""

    path: str
    listing: Listing


def find(host: Host, text: str) -> Root:
    """The root that a path names. NotFound or Refused when there is none."""
    path = host.resolve(text)
    kind = host.kind(path)
    if kind is None:
        raise NotFound(f"{text} does not exist.", "Give a directory, an archive or an image.")
    if kind is FileKind.DIRECTORY:
        return Root(path, _directory(host, path))
    raise Refused(f"{text} is a {kind.value}: that cannot be a root.", "Give a directory.")


def _directory(host: Host, path: str) -> Listing:
    inside = [m.mountpoint for m in mounts.below(mounts.read(host), path) if m.mountpoint != path]
    if inside:
        raise Refused(
            f"Something is mounted in {path}: {', '.join(sorted(inside))}.",
            "Unmount it, or bind the directory elsewhere (mount --bind) and give that.",
        )
    try:
        text = host.run(["find", path, "-printf", r"%P\0%y %s %T@\0%l\0"])
    except CommandFailed as error:
        raise Refused(f"{path} cannot be read whole: {error.message}", "Build as root: use sudo.") from error
    fields = text.split("\0")[:-1]
    return Listing(dict(map(_entry, fields[0::3], fields[1::3], fields[2::3])))


def _entry(path: str, facts: str, target: str) -> tuple[str, Entry]:
    kind, size, time = facts.split(" ")
    return path, Entry(kind, int(size), target, int(float(time)))
