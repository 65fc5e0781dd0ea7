"""Files of /proc/PID (formats: proc_pid_stat(5), proc_pid_fdinfo(5), proc_pid_io(5), proc_pid_maps(5))."""

import os
import re
from dataclasses import dataclass

from tui.backend.kernel.text import fields, lines, number

_MAPPING = re.compile(r"(?:[^ ]+ ){4}[^ ]+ +(/.*)", re.DOTALL)
_MAPS_NEWLINE = re.compile(r"\\012")
"""maps escapes newlines and nothing else."""
_KERNEL_THREAD = 0x00200000
"""PF_KTHREAD of include/linux/sched.h."""


@dataclass(frozen=True, slots=True)
class Stat:
    """The session of a process, what it has done so far (page faults and ticks of the processor), and when it
    was started, which tells it from a later one of its number. `kernel`: it is one of the kernel's own.
    """

    session: str
    done: tuple[str, ...]
    start: str
    kernel: bool = False


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open file: the number of the mount that it is on, its inode, and how it was opened. Empty, and None,
    for what is not told: inodes before Linux 5.14.
    """

    mount: str = ""
    inode: str = ""
    flags: int | None = None

    @property
    def writes(self) -> bool:
        """Whether it is known to be open for writing."""
        return self.flags is not None and self.flags & os.O_ACCMODE != os.O_RDONLY


def stat(text: str) -> Stat | None:
    """What `stat` says of a process, None for anything else. Its name, in parentheses, may be anything."""
    words = fields(text.rpartition(")")[2])
    if len(words) < 20:
        return None
    kernel = bool((number(words[6]) or 0) & _KERNEL_THREAD)
    return Stat(words[3], (words[7], words[9], words[11], words[12]), words[19], kernel)


def fdinfo(text: str) -> OpenFile:
    """What `fdinfo` says of an open file. The first of two lines counts: what a file system or a driver adds
    comes after the kernel's own.
    """
    known: dict[str, str] = {}
    for line in lines(text):
        key, colon, value = line.partition(":")
        if colon:
            known.setdefault(key, value.strip("\t "))
    flags = known.get("flags", "")
    octal = bool(flags) and not flags.strip("01234567")
    return OpenFile(known.get("mnt_id", ""), known.get("ino", ""), int(flags, 8) if octal else None)


def consumed(text: str) -> int | None:
    """The bytes that a process has read, by whatever call, from `io` (proc_pid_io(5))."""
    for line in lines(text):
        key, _colon, value = line.partition(": ")
        if key == "rchar":
            return number(value)
    return None


def mapped(text: str, near: tuple[str, ...]) -> tuple[str, ...]:
    """The files that a process has mapped, from `maps`: the sixth field, which ends its line. None are looked
    for in a text in which no path of those `near` is: the usual case, thousands of lines.
    """
    if not any(path.replace("\n", "\\012") in text for path in near):
        return ()
    found = (_MAPPING.fullmatch(line) for line in lines(text))
    return tuple(_MAPS_NEWLINE.sub("\n", match[1]) for match in found if match)


def children(text: str) -> frozenset[int]:
    """The processes that one has started, from `children` of its thread (proc_tid_children(5))."""
    return frozenset(pids(text.split(" ")))


def pids(names: list[str]) -> list[int]:
    """The processes among the names in /proc."""
    return [pid for pid in map(number, names) if pid is not None]
