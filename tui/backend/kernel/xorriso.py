"""What xorriso(1) prints of an ISO."""

import re

_BOOT = re.compile(r"^El Torito boot img :\s+\d+\s+(\w+)\s+y\s", re.MULTILINE | re.ASCII)
_LINE = re.compile(r"^-\S+\s+\d+\s+\S+\s+\S+\s+(\d{1,20}) .* '(.+)'$", re.MULTILINE | re.ASCII)


def firmware(text: str) -> tuple[str, ...]:
    """The kinds of firmware that boot it (BIOS, UEFI), from `-report_el_torito plain`."""
    return tuple(dict.fromkeys(_BOOT.findall(text)))


def files(text: str) -> tuple[tuple[str, int], ...]:
    """Names and sizes in bytes of the regular files in a directory, from `-lsl`, which is like ls(1)."""
    return tuple((name, int(size)) for size, name in _LINE.findall(text))
