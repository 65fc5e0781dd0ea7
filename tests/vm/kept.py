"""The directories that tests need where a new file system would hide them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("keep.sh")


def kept(*more: Path | str) -> str:
    """The checkout, its Python, and `more`, quoted for `keep.sh`."""
    return shlex.join(outermost([ROOT, sys.prefix, sys.base_prefix, *more]))


def outermost(directories: Iterable[Path | str]) -> list[str]:
    """Their real paths, without those that lie in another one of them."""
    found = sorted({Path(directory).resolve() for directory in directories})
    return [str(path) for path in found if not any(path.is_relative_to(o) for o in found if o != path)]
