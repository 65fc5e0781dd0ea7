"""What `dumpe2fs -h` prints of an ext2, ext3 or ext4."""

import re

_FEATURE = re.compile(r"^Filesystem features:.* needs_recovery\b", re.MULTILINE)
_COUNTS = re.compile(r"^(Block count|Free blocks|Block size): +([0-9]{1,20})$", re.MULTILINE)


def is_unfinished(text: str) -> bool:
    """Whether its journal holds what is not yet in its place."""
    return _FEATURE.search(text) is not None


def used(text: str) -> int | None:
    """The bytes that are in use; None where that is not told."""
    counts = {name: int(count) for name, count in _COUNTS.findall(text)}
    if len(counts) < 3:
        return None
    return (counts["Block count"] - counts["Free blocks"]) * counts["Block size"]
