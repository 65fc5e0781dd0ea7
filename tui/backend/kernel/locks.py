"""/proc/locks: which files are locked (format: proc_locks(5))."""

from tui.backend.kernel.text import fields, lines


def parse(text: str) -> frozenset[str]:
    """The locked files, each as `MAJOR:MINOR:INODE` with the device's number in two digits of base 16."""
    return frozenset(words[5] for line in lines(text) if len(words := fields(line)) > 5 and words[1] != "->")
