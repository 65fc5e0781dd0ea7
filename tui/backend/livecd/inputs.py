"""What root reads for a Live CD: paths in whose place nobody can put a file of root's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import trust
from tui.backend.errors import Refused
from tui.backend.kernel.text import decode

if TYPE_CHECKING:
    from tui.backend.host import Host


def check(host: Host, path: str, *, inside: bool = False) -> str:
    """The path without links. Refused where somebody else could exchange what root reads there;
    `inside`: the path is a directory whose names are read.
    """
    path = host.resolve(path)
    if reason := trust.fault(host, path, inside=inside):
        raise Refused(
            f"{path} cannot be read by root for an ISO: {reason}, such as a link to a secret of root's.",
            "Build as that user, or move it to a directory that only root can change.",
        )
    return path


def text(host: Host, path: str, most: int) -> str:
    """The text of a regular file. OSError where it cannot be read; Refused where it is longer than `most`
    bytes.
    """
    with host.open(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Refused(
            f"{path} is longer than {most >> 20} MiB, so it is not what it should be.", "Make it again."
        )
    return decode(data)
