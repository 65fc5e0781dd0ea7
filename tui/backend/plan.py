"""Plans: the ordered steps that change the machine, as values.

request + inventory --plan (pure)--> Plan --show--> people
                                      `----run----> host, with undo on failure
"""

import shlex
from dataclasses import dataclass, replace

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
    `progress` says that it takes long and changes nothing that others have, so that they can change other
    sandboxes meanwhile; it is ended at once when a stop is asked for. It may be told how far it is: the
    program prints percent, or, of `length` bytes, how many it has copied (dd), or the kernel counts what was
    read, of the block device `reads` (its kernel name) or by the program.
    `optional`: where it fails, the plan goes on without what it would have captured, and without what else
    is of the same `group` (a name for a shell variable), if that is not empty. `condition`: where the output
    is not what `expect` says, the rest of the `group` is not wanted, and nothing has failed. `before` is a
    file with what the same command said at first: a script shows both.
    `aftermath` tells people how things are when the plan fails once this step has begun: for what
    no undo brings back. `restored` tells them, once the undo has run, what is not as it was before;
    without an undo, how it stays.
    `remedy` is what they can do when this step has failed and all was undone, empty where there is no advice.
    `common`: all sandboxes share what it does, so that people agree to a plan with it or without. `undo_if`
    is a command, and what it prints where nobody else needs what was done: else the undo is left out.
    """

    title: str
    command: Command
    undo: Command | None = None
    capture: str | None = None
    expect: str | None = None
    partial: bool = False
    optional: bool = False
    condition: bool = False
    of: str = ""
    progress: bool = False
    length: int = 0
    reads: str = ""
    group: str = ""
    before: str = ""
    aftermath: str = ""
    restored: str = ""
    remedy: str = ""
    common: bool = False
    undo_if: tuple[Command, str] | None = None

    def __post_init__(self) -> None:
        """Names in its sentences make no lines of their own."""
        for name in ("title", "aftermath", "restored", "remedy"):
            object.__setattr__(self, name, clean(getattr(self, name)))

    def shell(self) -> str:
        """The step as lines of shell."""
        line = self.command.shell()
        if self.expect is not None:
            line = f'test "$({line})" = {shlex.quote(self.expect)}'
        if self.condition:
            return f"{line} || {self.group}_FAILED=1"
        if self.optional:
            return self._optional(line)
        line = f"{self.capture}=$({line})" if self.capture is not None else line
        return f"{self._unless_failed()}{line}"

    def _optional(self, line: str) -> str:
        """Lines of shell that go on where it fails, and show what was captured and what there was before."""
        call = f"{self.capture}=$({line})" if self.capture else line
        call += f" || {self.group}_FAILED=1" if self.group else " || true"
        call = f"{self._unless_failed()}{call}"
        if not self.capture:
            return call
        noted = f'"before: $(cat {shlex.quote(self.before)})" ' if self.before else ""
        return f"{call}\nprintf '%s\\n' {noted}\"now: ${{{self.capture}-not known}}\""

    def _unless_failed(self) -> str:
        return f'test -n "${{{self.group}_FAILED-}}" || ' if self.group else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in order, for one verb. `name` is what it is about: a sandbox or several, a disk, a file.

    `notes` are sentences that people should read before agreeing. A failure before step
    `commit` undoes everything; from there on there is no way back. Then a failure leaves out
    what else is to be done for the same sandbox and for all of them (so that the marks which
    `recover` looks for stay), the other sandboxes' steps run, and the failures are collected.
    `sandboxes` are the names of those that it changes; none: others are kept from changing anything all the
    time.
    """

    verb: str
    name: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    commit: int | None = None
    sandboxes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Each note is a line."""
        object.__setattr__(self, "notes", tuple(map(clean, self.notes)))

    def agrees(self, other: "Plan") -> bool:
        """Whether people who agreed to one agree to the other: they do the same, but for what all share."""
        return _own(self) == _own(other)

    def script(self) -> str:
        """The plan as a script for plain `sh`, run as root."""
        lines = ["#!/bin/sh", _comment(f"{self.verb} {self.name}"), "set -eu"]
        lines += [_comment(f"Note: {note}") for note in self.notes]
        for step in self.steps:
            lines += ["", _comment(step.title)]
            lines += [_comment(f"Should it fail from here on: {step.aftermath}")] if step.aftermath else []
            lines.append(step.shell())
        return "\n".join(lines) + "\n"


def _own(plan: Plan) -> Plan:
    return replace(plan, steps=tuple(s for s in plan.steps if not s.common), commit=None)


def _comment(words: str) -> str:
    """A comment that no path in it can end: a mount point may hold a newline."""
    return f"# {clean(words)}".rstrip(" ")
