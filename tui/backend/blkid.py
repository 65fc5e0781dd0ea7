"""What blkid(8) finds on a device or in a file."""

from collections.abc import Sequence

from tui.backend.errors import CommandFailed
from tui.backend.host import Host


def probe(host: Host, path: str, tag: str = "TYPE", *, by: Sequence[str] = ()) -> str:
    """The file system type, or another tag, that blkid finds; empty for none. `by` is what runs blkid."""
    try:
        words = [*by, "blkid", "--probe", "--match-tag", tag, "--output", "value", path]
        return host.run(words, timeout=30).strip("\n")
    except CommandFailed as error:
        if error.status == 2:  # blkid(8): nothing recognised
            return ""
        raise
