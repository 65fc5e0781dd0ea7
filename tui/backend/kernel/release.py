"""/proc/sys/kernel/osrelease: the kernel's version."""

import re

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")


def version(text: str) -> tuple[int, ...]:
    """Its first two numbers, to be compared; empty where a text begins with none."""
    match = _VERSION.match(text)
    return (int(match[1]), int(match[2])) if match else ()
