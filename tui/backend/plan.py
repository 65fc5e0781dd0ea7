"""Plans: the ordered steps that change the machine, as values.

request + inventory --plan (pure)--> Plan --show--> people
                                      `----run----> host, with undo on failure
"""

import shlex
from dataclasses import dataclass

from tui.backend.command import Command
from tui.backend.text import clean


@dataclass(frozen=True, slots=True)
class Step:
    """One command with the sentence that explains it.

    `capture` names the command's output for later steps. `expect` is the output that the
    command must give: a step with it changes nothing and stops the plan when the machine
    is not what it was. `undo` takes the step back; None where there is nothing to take back.
    `partial` says that even a failed command can leave something (half a file), so that
    undo is wanted then too. `of` is the sandbox that the step is for, empty for all of the plan's.
    `progress` says that it takes long and that it can be told how far it is: the program prints
    percent, or, of `length` bytes, how many it has copied (dd), or the kernel counts what was read of
    the block device `reads` (its kernel name).
    `optional`: where it fails, the plan goes on without what it would have captured, and without what else
    is optional of the same `group` (a name for a shell variable), if that is not empty. `before` is a file
    with what the same command said at first: a script shows both.
    `aftermath` tells people how things are when the plan fails once this step has begun: for what
    no undo brings back. `restored` tells them, once the undo has run, what is not as it was before;
    without an undo, how it stays.
    `remedy` is what they can do when this step has failed and all was undone, empty where there is no advice.
    """

    title: str
    command: Command
    undo: Command | None = None
    capture: str | None = None
    expect: str | None = None
    partial: bool = False
    optional: bool = False
    of: str = ""
    progress: bool = False
    length: int = 0
    reads: str = ""
    group: str = ""
    before: str = ""
    aftermath: str = ""
    restored: str = ""
    remedy: str = ""

    def shell(self) -> str:
        """The step as lines of shell."""
        line = self.command.shell()
        if self.optional:
            return self._optional(line)
        if self.capture is not None:
            return f"{self.capture}=$({line})"
        if self.expect is not None:
            return f'test "$({line})" = {shlex.quote(self.expect)}'
        return line

    def _optional(self, line: str) -> str:
        """Lines of shell that go on where it fails, and show what was captured and what there was before."""
        call = f"{self.capture}=$({line})" if self.capture else line
        call += f" || {self.group}_FAILED=1" if self.group else " || true"
        if self.group:
            call = f'test -n "${{{self.group}_FAILED-}}" || {call}'
        if not self.capture:
            return call
        noted = f'"before: $(cat {shlex.quote(self.before)})" ' if self.before else ""
        return f"{call}\nprintf '%s\\n' {noted}\"now: ${{{self.capture}-not known}}\""


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in order, for one verb. `name` is what it is about: a sandbox or several, a disk, a file.

    `notes` are sentences that people should read before agreeing. A failure before step
    `commit` undoes everything; from there on there is no way back. Then a failure leaves out
    what else is to be done for the same sandbox and for all of them (so that the marks which
    `recover` looks for stay), the other sandboxes' steps run, and the failures are collected.
    """

    verb: str
    name: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    commit: int | None = None

    def script(self) -> str:
        """The plan as a script for plain `sh`, run as root."""
        lines = ["#!/bin/sh", _comment(f"{self.verb} {self.name}"), "set -eu"]
        lines += [_comment(f"Note: {note}") for note in self.notes]
        for step in self.steps:
            lines += ["", _comment(step.title)]
            lines += [_comment(f"Should it fail from here on: {step.aftermath}")] if step.aftermath else []
            lines.append(step.shell())
        return "\n".join(lines) + "\n"


def _comment(words: str) -> str:
    """A comment that no path in it can end: a mount point may hold a newline."""
    return f"# {clean(words)}".rstrip(" ")
