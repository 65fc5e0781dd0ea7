"""Sandbox names: safe as a file name, a device-mapper name, and a word on a command line."""

import re

from tui.backend import paths
from tui.backend.errors import UsageError
from tui.backend.paths import MAX_NAME

_RESERVED = frozenset({"control", "medium"})
"""/dev/mapper/control is device-mapper's own node; a Live CD has its medium among the sandboxes."""


def check(name: str) -> str:
    """The name itself when it can be one, else UsageError saying what is wrong with it."""
    rule = f"Use 1 to {MAX_NAME} letters, digits, and _ . + -, beginning with a letter or digit."
    if not name:
        raise UsageError("The sandbox name is empty.", rule)
    if len(name) > MAX_NAME:
        raise UsageError(f"The sandbox name has {len(name)} characters.", rule)
    if not paths.is_name(name) or name in _RESERVED:
        raise UsageError(f"{name!r} cannot be the name of a sandbox.", rule)
    return name


def suggest(origin: str, taken: frozenset[str] = frozenset()) -> str:
    """A free name made from the origin's file name: `sda1-sandbox`, `disk.img-sandbox-2` …"""
    stem = re.sub(r"[^A-Za-z0-9_.+-]", "-", origin.rsplit("/", 1)[-1]).lstrip("-_.+")
    stem = f"{stem or 'disk'}-sandbox"[-MAX_NAME + 4 :].lstrip("-_.+")
    candidates = [stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in candidates if name not in taken)
