"""/proc/PID/cgroup and a control group's memory.stat (formats: cgroups(7), cgroup-v2.rst)."""

from tui.backend.kernel.text import fields, lines, number


def memberships(text: str) -> tuple[tuple[frozenset[str], str], ...]:
    """A process's group in each hierarchy: the controllers (none: version 2), and the group's path."""
    parts = (line.split(":", 2) for line in lines(text))
    return tuple((frozenset(filter(None, part[1].split(","))), part[2]) for part in parts if len(part) == 3)


def memory_stat(text: str) -> dict[str, int]:
    """The numbers in memory.stat by their names."""
    pairs = (fields(line) for line in lines(text))
    found = ((pair[0], number(pair[1])) for pair in pairs if len(pair) == 2)
    return {name: value for name, value in found if value is not None}
