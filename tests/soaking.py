"""`python -m tests.soaking [MINUTES]`: what is long, whole, part after part with a new seed each, until the
time is up (without MINUTES: until Ctrl-C). Ends with what ran, how often, and how to repeat what failed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

_PYTEST = (sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal")
PARTS: dict[str, tuple[str, ...]] = {
    "properties": (*_PYTEST, "-m", "soak", "tests/unit"),
    "screens": (*_PYTEST, "-m", "soak", "tests/screens"),
    "overlay": (sys.executable, "-m", "tests.here"),
    "kernel": (sys.executable, "-m", "tests.vm", "uml"),
    "kernel, udev": (sys.executable, "-m", "tests.vm", "uml-udev"),
    "livecd": (*_PYTEST, "tests/livecd"),
    "emulated, udev": (sys.executable, "-m", "tests.vm", "half"),
    "two processors": (
        *(sys.executable, "-m", "tests.vm", "--cpus", "2"),
        *("half", "tests/kernel/test_two_at_once.py"),
    ),
    "emulated, no udev": (sys.executable, "-m", "tests.vm", "--no-udev", "half"),
}
"""What is long, the quick parts first: commands that read tests/soak.py's environment."""
PATIENCE = 120
"""Seconds that a part gets to end when the time is up."""
_INTERRUPTED = 130
_LOOK = 1.0
"""Seconds between two looks whether all shall stop."""


@dataclass
class Tally:
    """What became of one part: rounds that passed, were cut short, and the seeds of those that failed."""

    passed: int = 0
    cut: int = 0
    failed: list[int] = field(default_factory=list)

    def line(self, name: str, command: Sequence[str]) -> str:
        """A line for the summary, and one more for each failure: the command that repeats it."""
        said = f"{name:18} {self.passed} passed, {len(self.failed)} failed, {self.cut} cut short"
        repeats = [f"    {_repeat(seed)} {shlex.join(command)}" for seed in self.failed]
        return "\n".join([said, *repeats])


class Soak:
    """Runs the parts in turns; Ctrl-C ends the part that runs, and then this. `clock` tells seconds."""

    def __init__(
        self, parts: Mapping[str, Sequence[str]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.parts, self.clock = parts, clock
        self.tallies = {name: Tally() for name in parts}
        self.stopped = False

    def run(self, seconds: float) -> int:
        """For so many seconds. 1 when a round failed, 130 after Ctrl-C, else 0."""
        # no exception: it could come between the start of a part and the waiting for it
        before = signal.signal(signal.SIGINT, self._interrupt)
        end = self.clock() + seconds
        for name in itertools.cycle(self.parts):
            if self.stopped or self.clock() >= end:
                break
            self._round(name, end)
        signal.signal(signal.SIGINT, before)
        print("== soak: rounds of each part")
        for name, tally in self.tallies.items():
            print(tally.line(name, self.parts[name]), flush=True)
        if any(tally.failed for tally in self.tallies.values()):
            return 1
        return _INTERRUPTED if self.stopped else 0

    def _interrupt(self, *_signal: object) -> None:
        self.stopped = True

    def _round(self, name: str, end: float) -> None:
        seed, tally, command = random.randrange(1 << 32), self.tallies[name], self.parts[name]
        print(f"== {name}: {_repeat(seed)} {shlex.join(command)}", flush=True)
        settings = {"SANDBOX_TUI_SOAK": "1", "SANDBOX_TUI_SEED": str(seed)}
        # in a session of its own: Ctrl-C on a terminal is for us, and reaches it once
        process = subprocess.Popen(
            command, env={**os.environ, **settings}, stdin=subprocess.DEVNULL, start_new_session=True
        )
        while not self.stopped and self.clock() < end and not _ended(process, _LOOK):
            pass
        if process.returncode is None:
            tally.cut += 1
            _stop(process)
        elif process.returncode:
            tally.failed.append(seed)
        else:
            tally.passed += 1


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let it clean up as after Ctrl-C; kill it when that takes too long."""
    os.killpg(process.pid, signal.SIGINT)
    if not _ended(process, PATIENCE):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _repeat(seed: int) -> str:
    return f"SANDBOX_TUI_SOAK=1 SANDBOX_TUI_SEED={seed}"


def main(argv: Sequence[str] | None = None) -> int:
    """Soak for as long as asked."""
    parser = argparse.ArgumentParser(prog="sh .ci/soak", description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=float("inf"), help="default: until Ctrl-C")
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this one; may be repeated")
    options = parser.parse_args(argv)
    return Soak({name: PARTS[name] for name in options.part or PARTS}).run(options.minutes * 60)


if __name__ == "__main__":
    sys.exit(main())
