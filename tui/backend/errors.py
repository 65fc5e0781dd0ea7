"""What can go wrong, in the words of the person at the terminal."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit status of the command line, one meaning each."""

    DONE = 0
    """All that was asked for was done."""
    FAILED = 1
    """A step failed; what had been done was undone."""
    USAGE = 2
    """The request itself makes no sense, or a terminal is missing."""
    REFUSED = 3
    """The request is clear but would not be safe; nothing was touched."""
    NEEDS_ROOT = 4
    """Only root can do this."""
    NOT_FOUND = 5
    """There is no such device or sandbox."""


class SandboxError(Exception):
    """An error for people: what happened and why, and what to do next.

    `message` is one sentence; `hint` is the way out, empty when there is none.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

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

    `status` is its exit status, None when it has none.
    """

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
    """A step failed. `undone` tells whether everything before it was taken back."""

    def __init__(self, message: str, hint: str = "", *, undone: bool) -> None:
        super().__init__(message, hint)
        self.undone = undone
