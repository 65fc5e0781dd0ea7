"""Files and directories that need not be there, or cannot be read by everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.backend.host import Host


def text(host: Host, path: str) -> str:
    """The text of a file, without the end of its last line; empty where it cannot be read."""
    try:
        return host.read(path).removesuffix("\n")
    except OSError:
        return ""


def names(host: Host, path: str) -> tuple[str, ...]:
    """The names in a directory, sorted; none where it cannot be read."""
    try:
        return tuple(sorted(host.listdir(path)))
    except OSError:
        return ()
