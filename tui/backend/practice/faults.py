"""What goes wrong on request: failing and killed commands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


class Killed(BaseException):
    """The program was killed (kill -9) while it changed the machine: nothing more is done."""


@dataclass
class Fault:
    """A command that fails. `partial` leaves half of its work (an empty file)."""

    when: Callable[[Sequence[str]], bool]
    words: str
    status: int
    times: int | None
    partial: bool = False
    kill: bool = False


@dataclass
class Faults:
    """The faults that wait for their command."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Let a fault wait."""
        self.waiting.append(fault)

    def take(self, argv: Sequence[str]) -> Fault | None:
        """The fault that meets this command; it is used up after its `times`."""
        for fault in self.waiting:
            if fault.when(argv):
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self.waiting.remove(fault)
                return fault
        return None


def nth(number: int) -> Callable[[Sequence[str]], bool]:
    """True for the call of a number, counted from 0."""
    calls = iter(range(1 << 30))
    return lambda argv: next(calls) == number
