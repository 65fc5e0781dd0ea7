"""What ldd(1) prints."""

import re

_LIBRARY = re.compile(r"^\t(?:.* => )?(/.+) \(0x[0-9a-f]+\)$", re.MULTILINE)


def libraries(text: str) -> tuple[str, ...]:
    """The files that a program is linked with."""
    return tuple(_LIBRARY.findall(text))
