"""Does a file system's journal hold what is not yet in its place? Reads, never replays."""

import re

from tui.backend.errors import CommandFailed
from tui.backend.host import Host

_FEATURE = re.compile(r"^Filesystem features:.* needs_recovery\b", re.MULTILINE)
_PATIENCE = 60
"""Seconds for reading a journal."""


def unfinished(host: Host, path: str, fstype: str) -> bool | None:
    """Whether the journal of the ext3, ext4 or XFS on a device or image is dirty; None where it
    cannot be told (another type, or the file system's own programs are missing).
    """
    if fstype in ("ext3", "ext4"):
        said = _ask(host, "dumpe2fs", "-h", path)
        return None if said is None else _FEATURE.search(said) is not None
    if fstype == "xfs":
        said = _ask(host, "xfs_logprint", "-t", path)
        return None if said is None else "state: <CLEAN>" not in said
    return None


def _ask(host: Host, *argv: str) -> str | None:
    if not host.has_program(argv[0]):
        return None
    try:
        return host.run(argv, timeout=_PATIENCE)
    except CommandFailed:
        return None
