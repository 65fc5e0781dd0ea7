"""The locks of the practice machine: one program at a time, and which sandboxes it changes."""

from __future__ import annotations

from contextlib import contextmanager
from threading import RLock, get_ident
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.errors import NeedsRoot, Refused
from tui.backend.practice import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tui.backend.practice.world import World


_READING = frozenset({"comm", "find", "sha256sum", "sort"})
"""What runs while others may change their sandboxes."""


class PracticeLocks:
    """`holder` is who has the machine's lock, None for nobody; `changed` are the sandboxes of that verb."""

    def __init__(self, world: World) -> None:
        self._world, self._guard = world, RLock()
        self.holder: str | None = None
        self.changed: set[str] = set()
        self.machine, self._thread = False, 0

    @contextmanager
    def hold(self, purpose: str) -> Iterator[PracticeLocks]:
        """Take the machine's lock, or raise Refused."""
        with self._guard:
            if not self._world.root:
                raise NeedsRoot(f"{paths.RUN_DIR}: only root can do this.", "Start it with sudo.")
            if self.holder is not None:
                raise Refused(
                    f"Another sandbox-tui is changing this machine ({self.holder}).",
                    "Wait until it is done, then try again.",
                )
            self.tell(purpose)
            self.machine, self._thread = True, get_ident()
        try:
            yield self
        finally:
            self.holder, self._thread = None, 0
            self.changed.clear()

    def tell(self, purpose: str) -> None:
        """What the locks are held for."""
        self.holder = f"process {self._world.pid}, to {purpose}"

    def own(self, names: Iterable[str]) -> bool:
        """Take those of sandboxes that have a directory."""
        wanted = set(names)
        there = {name for name in wanted if self._has_directory(name)}
        self.changed |= there
        return bool(wanted) and there == wanted

    def _has_directory(self, name: str) -> bool:
        try:
            return tree.find(self._world, paths.of(name)).node is not None
        except OSError:
            return False

    def share(self, names: Iterable[str]) -> None:
        """Let the machine's lock go."""
        self.machine = not self.own(names)

    def alone(self, stop: Callable[[], bool]) -> None:  # noqa: ARG002 - there is nothing to wait for
        """Have the machine's lock again."""
        self.machine = True

    def check(self, argv: Sequence[str]) -> None:
        """AssertionError where a verb changes something without the machine's lock."""
        ours = self._thread == get_ident() and not self.machine
        if ours and argv[0] not in _READING:
            raise AssertionError(f"{argv} is run without the machine's lock")
