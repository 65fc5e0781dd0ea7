"""How far a long-running program is, from the percentages that it prints."""

import re
from collections.abc import Callable, Sequence

from tui.backend.host import Host
from tui.backend.kernel_text import SECTOR, fields

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)%(?: done|\s*$)", re.ASCII)
_BYTES = re.compile(r"(\d+) bytes .*copied", re.ASCII)
"""What dd prints with status=progress."""
_READ = 2
"""The field of a block device's `stat` that counts the sectors read (kernel: block/stat.rst)."""
_TICK = 0.5
"""Seconds between two looks whether it shall end."""


def follow(
    host: Host, argv: Sequence[str], listener: Callable[[float], None], *, length: int = 0, reads: str = ""
) -> str:
    """Run a program to its end and pass on how far it is (0 to 1); its standard output.

    `length` and `reads` are those of `plan.Step`. `listener` is called at least twice a second and
    may raise: then the program is ended. Raises CommandFailed with the program's own words.
    """
    meter, said = _Meter(host, length, reads), []
    with host.stream(argv, tick=_TICK) as running:
        for piece in running:
            if not piece.error:
                said.append(piece.text)
            listener(meter.part(piece.text))
        running.check()
    return "".join(said)


class _Meter:
    """How far a program is, by whatever tells; never less than before."""

    def __init__(self, host: Host, length: int, reads: str) -> None:
        self._host, self._length, self._reads = host, length, reads
        self._begun, self._best = self._read(), 0.0

    def part(self, text: str) -> float:
        """The part that is done (0 to 1), once the program has said this."""
        copied = _BYTES.findall(text)
        counted = int(copied[-1]) if copied else self._read() - self._begun
        found = counted / self._length if self._length else percent(text) or 0.0
        self._best = min(max(self._best, found), 1.0)
        return self._best

    def _read(self) -> int:
        """The bytes that were ever read of the device; 0 where that is not known."""
        if not self._reads:
            return 0
        try:
            return int(fields(self._host.read(f"/sys/class/block/{self._reads}/stat"))[_READ]) * SECTOR
        except (OSError, IndexError, ValueError):
            return 0


def percent(text: str) -> float | None:
    """The progress at the end of a program's words (`42%`, `42.1% done`), from 0 to 1; None for none."""
    found = _PERCENT.findall(text)
    return min(float(found[-1]) / 100, 1.0) if found else None
