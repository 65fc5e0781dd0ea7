"""A size for growing, as people give it."""

from __future__ import annotations

from dataclasses import dataclass

from tui.backend import sizes
from tui.backend.errors import UsageError


@dataclass(frozen=True, slots=True)
class Wanted:
    """The new size, or with `+` what to add, as `text`; in bytes the `old` size and the machine's `ram`."""

    text: str
    old: int
    ram: int

    def in_bytes(self, origin: int | None, maximum: int | None) -> int:
        """The size in bytes; `origin` and `maximum` as for a size request. UsageError."""
        request = sizes.parse(self.text.removeprefix("+"))
        wanted = request.in_bytes(origin=origin, ram=self.ram, maximum=maximum)
        if not self.text.startswith("+"):
            return wanted
        if request.unit == "max":
            raise UsageError("'+max' makes no sense.", "Write max: the size that cannot overflow.")
        return wanted + self.old
