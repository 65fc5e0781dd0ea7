"""Where an ISO is to be: its name, the directory of work beside it, and whether that can be."""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING

from tui.backend import trust
from tui.backend.errors import NotFound, Refused
from tui.backend.host import FileKind
from tui.backend.text import clean

if TYPE_CHECKING:
    from tui.backend.host import Host

_SPECIAL = re.compile(r"[?\x00-\x1f\x7f]")
"""What e2fsprogs take for the end of a file's name (`?`: options follow), and what ends lines."""


def work(output: str) -> str:
    """The directory beside an output (a path) in which all is made."""
    return f"{output}.part"


def settle(host: Host, path: str) -> str:
    """An absolute path as the output: without links on the way, so that it stays where it was looked
    at. NotFound where its directory is missing; Refused where something is there, where programs would
    misread its name, or where somebody else could lead root to another place.
    """
    directory, _slash, name = path.rpartition("/")
    directory = host.resolve(directory or "/")
    output = f"{directory.rstrip('/')}/{name}"
    if host.kind(output) is not None:
        raise Refused(f"{output} exists already.", "Choose another name, or remove it first.")
    if host.kind(directory) is not FileKind.DIRECTORY:
        raise NotFound(f"There is no directory {directory}.", "Make it first.")
    check_name(output)
    if reason := trust.fault(host, directory, inside=True):
        raise Refused(
            f"The ISO cannot be made in {clean(directory)} by root: {reason}.",
            "Choose a directory that only root can change, or build as that user.",
        )
    if host.kind(work(output)) is not None:
        raise Refused(
            f"{work(output)} exists: another build is at work there, or one was interrupted.",
            f"If none is at work: rm -r {quote(work(output))}",
        )
    return output


def check_name(path: str) -> None:
    """Refused where the programs of a build would misread a path."""
    found = _SPECIAL.search(path)
    if found:
        raise Refused(
            f"{clean(path)} has {clean(found[0])} in its name, which mke2fs and others would misread.",
            "Choose another name, or another directory.",
        )
