"""Paths as people type them."""

import os

from tui.backend.host import FileKind, Host


def absolute(text: str) -> str:
    """The path that was typed: `~` and relative ones as a shell of ours would take them; empty for none."""
    return os.path.normpath(os.path.join(os.getcwd(), os.path.expanduser(text))) if text else ""


def suggest(host: Host, root: str) -> str:
    """A path for the ISO of a root: beside it, one that is free."""
    whole = host.kind(root) is FileKind.DIRECTORY
    base = root.rstrip("/") if whole else _bare(root)
    numbered = (f"{base}-{number}.iso" for number in range(2, 100))
    return next((path for path in (f"{base}.iso", *numbered) if host.kind(path) is None), "")


def _bare(path: str) -> str:
    """Without what tells of archives: `live.tar.gz` is `live`."""
    head, _slash, name = path.rpartition("/")
    return f"{head}/{name.split('.')[0] or name}"
