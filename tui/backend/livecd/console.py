"""What a machine that boots says on its serial console: is it ready, or why is it not?

The ready line and the failure are written by our init (`boot`); the rest are the words of the
kernel (kernel/panic.c), of SeaBIOS (boot.c) and of EDK II (BdsDxe).
"""

import re
from dataclasses import dataclass

from tui.backend.text import clean

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
"""Terminal control: CSI, OSC and other escape sequences (ECMA-48)."""
_STAMP = re.compile(r"\[\s*(\d+\.\d{3,6})\]")
_READY = re.compile(r"sandbox-tui: ready, (\w+), (\d+) KiB for changes")
_FAILURES = (
    (re.compile(r"sandbox-tui: cannot boot: (.+)"), "It cannot boot: {}"),
    (re.compile(r"Kernel panic - not syncing: (.+)"), "The kernel panicked: {}"),
    (re.compile(r"(No bootable device)\b"), "The firmware found nothing to boot on it: {}"),
    (re.compile(r"BdsDxe: (No bootable option or device was found)"), "The firmware says: {}"),
)


@dataclass(frozen=True, slots=True)
class Ready:
    """The CD is up: in which `way`, with how many bytes for changes (`room`), and how many
    seconds after the kernel's start (None where the line has no time stamp).
    """

    way: str
    room: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The CD will not come up, and why: one sentence."""

    reason: str


def shown(line: str) -> str:
    """A line of a console as text: without escape sequences and control characters."""
    return clean(_ESCAPES.sub("", line.rstrip("\r\n")).replace("\t", " ")).rstrip(" ")


def verdict(line: str) -> Ready | Failed | None:
    """What a line (as `shown`) decides, None where it decides nothing."""
    if found := _READY.search(line):
        return Ready(found[1], int(found[2]) * 1024, _seconds(line[: found.start()]))
    for pattern, words in _FAILURES:
        if found := pattern.search(line):
            return Failed(words.format(found[1].strip(" ").rstrip(".")) + ".")
    return None


def _seconds(before: str) -> float | None:
    """The last time stamp before a message."""
    stamps = _STAMP.findall(before)
    return float(stamps[-1]) if stamps else None
