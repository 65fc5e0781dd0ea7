"""Does a file system's journal hold what is not yet in its place? Reads, never replays."""

from tui.backend.errors import CommandFailed
from tui.backend.host import Host
from tui.backend.kernel import dumpe2fs, xfs_logprint

_PATIENCE = 60
"""Seconds for reading a journal."""


def unfinished(host: Host, path: str, fstype: str) -> bool | None:
    """Whether the journal of the ext3, ext4 or XFS on a device or image is dirty; None where it
    cannot be told (another type, or the file system's own programs are missing).
    """
    if fstype in ("ext3", "ext4"):
        said = _ask(host, "dumpe2fs", "-h", path)
        return None if said is None else dumpe2fs.is_unfinished(said)
    if fstype == "xfs":
        said = _ask(host, "xfs_logprint", "-t", path)
        return None if said is None else xfs_logprint.is_unfinished(said)
    return None


def _ask(host: Host, *argv: str) -> str | None:
    if not host.has_program(argv[0]):
        return None
    try:
        return host.run(argv, timeout=_PATIENCE)
    except CommandFailed:
        return None
