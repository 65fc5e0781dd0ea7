"""What can go wrong, in the words of the person at the terminal."""

from enum import IntEnum
from typing import Self

from tui.backend.text import clean


class ExitCode(IntEnum):
    """The exit status of the command line, each with its `meaning`."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """A status with what it means."""
        code = int.__new__(cls, value)
        code._value_, code.meaning = value, meaning
        return code

    DONE = 0, "done"
    FAILED = 1, "failed; it says whether all that had been done was undone, and what to do else"
    USAGE = 2, "the command line makes no sense, or a terminal is missing"
    REFUSED = 3, "refused, or a program is missing, with the reason: nothing of it was touched"
    NEEDS_ROOT = 4, "only root can do this"
    NOT_FOUND = 5, "there is no such device or sandbox"
    REACHED = 6, "a sandbox reached the fill of `watch --until`"


class SandboxError(Exception):
    """An error for people: what happened and why, and what to do next.

    `message` is one sentence, and so one line, whatever names are in it; `hint` is the way out, empty when
    there is none. `lines`: a kind of error whose message may have several.
    """

    exit_code = ExitCode.FAILED
    lines = False

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message if self.lines else clean(message)
        self.hint = hint if self.lines else clean(hint)

    @property
    def sentence(self) -> str:
        """The message on one line."""
        return "; ".join(line for line in self.message.split("\n") if line)

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(SandboxError):
    """The request cannot be understood."""

    exit_code = ExitCode.USAGE


class Refused(SandboxError):
    """The request is understood but not carried out; nothing was touched."""

    exit_code = ExitCode.REFUSED


class NeedsRoot(SandboxError):
    """Only root can do this."""

    exit_code = ExitCode.NEEDS_ROOT


class NotFound(SandboxError):
    """There is no such device, file or sandbox."""

    exit_code = ExitCode.NOT_FOUND


class CommandFailed(SandboxError):
    """A program could not be started, ended with an error, or took too long.

    `status` is its exit status, None when it has none. What it printed may be of several lines.
    """

    lines = True

    def __init__(self, message: str, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint)
        self.status = status


class NoAnswer(CommandFailed):
    """A program did not end in time, or not soon enough when all was to stop. What it was to do may be done
    or not. `left` is its process number where it could not even be killed; None: it is gone.
    """

    def __init__(self, message: str, hint: str = "", left: int | None = None) -> None:
        super().__init__(message, hint)
        self.left = left


class ProgramMissing(CommandFailed):
    """A program is not installed. Nothing was touched, unless a plan was running: that raises PlanFailed."""

    exit_code = ExitCode.REFUSED


class PlanFailed(SandboxError):
    """A step failed. `undone` tells whether everything before it was taken back. A line for each failure."""

    lines = True

    def __init__(self, message: str, hint: str = "", *, undone: bool) -> None:
        super().__init__(message, hint)
        self.undone = undone
