"""What `apt-cache depends` prints."""

import re

_DEPENDS = re.compile(r"^ *Depends: (linux-image-(\S+))$", re.MULTILINE)


def kernel(text: str) -> tuple[str, str] | None:
    """Package and release of the kernel that a meta package stands for; None for none."""
    found = _DEPENDS.search(text)
    return (found[1], found[2]) if found else None
