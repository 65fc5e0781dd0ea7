"""What programs print when they are asked for their version."""

import re

_VERSION = re.compile(r"\d+(?:\.\d+)+|\b\d+\b", re.ASCII)


def first(text: str) -> str:
    """The first number that looks like one; empty for none."""
    match = _VERSION.search(text)
    return match[0] if match else ""
