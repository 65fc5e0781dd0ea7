"""What debugfs(8) prints for `stat`."""

import re
from dataclasses import dataclass

_TYPE = re.compile(r"^Inode: \d+ +Type: ([a-z ]+?) +Mode:", re.MULTILINE | re.ASCII)
_FAST_LINK = re.compile(r'^Fast link dest: "(.*)"$', re.MULTILINE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Inode:
    """Its `type` (`regular`, `directory`, `symlink` and others), and where a link leads."""

    type: str
    target: str


def parse(text: str) -> Inode | None:
    """The inode; None where there is none of the name."""
    kind, link = _TYPE.search(text), _FAST_LINK.search(text)
    return Inode(kind[1], link[1] if link else "") if kind else None
