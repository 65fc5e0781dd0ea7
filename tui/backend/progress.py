"""How far a long-running program is: by what it prints, or what the kernel counts."""

from collections.abc import Callable, Sequence

from tui.backend.host import Host
from tui.backend.kernel import block_stat, percent
from tui.backend.plan import Step

_TICK = 0.5
"""Seconds between two looks whether it shall end."""


def follow(host: Host, step: Step, argv: Sequence[str], listener: Callable[[float | None], None]) -> str:
    """Run a step's program to its end and pass on how far it is (0 to 1, None where that is not known); its
    standard output.

    `listener` is called at least twice a second and may raise: then the program is ended. Raises
    CommandFailed with the program's own words.
    """
    meter, said = _Meter(host, step.length, step.reads), []
    with host.stream(argv, output=step.command.output, tick=_TICK) as running:
        for piece in running:
            if not piece.error:
                said.append(piece.text)
            listener(meter.part(piece.text, running.consumed))
        running.check()
    return "".join(said)


class _Meter:
    """How far a program is, by whatever tells; never less than before."""

    def __init__(self, host: Host, length: int, reads: str) -> None:
        self._host, self._length, self._reads = host, length, reads
        self._begun, self._best = self._read(), 0.0
        self._known = bool(length)

    def part(self, text: str, consumed: int | None) -> float | None:
        """The part that is done (0 to 1), once the program has said this and read so much."""
        found = self._counted(text, consumed) / self._length if self._length else percent.part(text)
        self._known = self._known or found is not None
        self._best = min(max(self._best, found or 0.0), 1.0)
        return self._best if self._known else None

    def _counted(self, text: str, consumed: int | None) -> int:
        copied = percent.copied(text)
        if copied is None:
            return self._read() - self._begun if self._reads else consumed or 0
        return copied

    def _read(self) -> int:
        """The bytes that were ever read of the device; 0 where that is not known."""
        if not self._reads:
            return 0
        try:
            return block_stat.read_bytes(self._host.read(f"{block_stat.PLACE}/{self._reads}/stat")) or 0
        except OSError:
            return 0
