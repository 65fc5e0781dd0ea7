"""Disks and verbs of the kernel suite, cleared away at the end whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.kernel.lab import Lab


@contextmanager
def bench_lab() -> Iterator[Lab]:
    """A laboratory whose sandboxes and disks are gone afterwards."""
    lab = Lab()
    try:
        yield lab
    finally:
        names = [sandbox.name for sandbox in lab.sandboxes()]
        if names:
            lab.remove(*names)
        lab.close()
