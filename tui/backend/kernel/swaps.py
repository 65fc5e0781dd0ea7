"""/proc/swaps: what the machine swaps to (format: proc_swaps(5))."""

from tui.backend.kernel.text import fields, lines, unescape


def parse(text: str) -> frozenset[str]:
    """The paths of the devices and files; the first line is a heading."""
    return frozenset(unescape(words[0]) for row in lines(text)[1:] if (words := fields(row)))
