"""What the builder knows of a Live CD: `/live/about.json` on the ISO."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from tui.backend.errors import Refused

PATH = "/live/about.json"
"""Where it is on the ISO."""


@dataclass(frozen=True, slots=True)
class About:
    """One Live CD. `way` is the default one (dm, union, tmpfs or initramfs); `size` is the room for
    changes as init reads it, in bytes or as a part of the memory (`25%`), None where init chooses; `format`
    is the image's (squashfs, ext4 or ext2), `image` its name in /live, `image_size` its bytes and
    `image_sha256` its hash in hexadecimal digits; `kernel` is a release, `init` a path in the
    root; `epoch` are the seconds since 1970 that every time stamp has; `uuid` is the ISO's as
    blkid prints it. `version` is that of the tool that built it.

    A text that is not told is empty, a number 0.
    """

    version: str = ""
    label: str = ""
    way: str = ""
    size: str | None = None
    format: str = ""
    image: str = ""
    image_size: int = 0
    image_sha256: str = ""
    kernel: str = ""
    init: str = ""
    epoch: int = 0
    uuid: str = ""

    def text(self) -> str:
        """The file's text: JSON, one key a line, the same for the same values."""
        return json.dumps(asdict(self), indent=2) + "\n"


def parse(text: str) -> About:
    """The value that a file's text stands for. Keys that are not known, or of another kind than
    ours, are passed over: another version of this tool wrote them. Refused where it is no JSON object.
    """
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(f"{PATH} on it cannot be read: it is no JSON object.", "Build the ISO again.")
    return About(**{name: found[name] for name, kind in _KINDS.items() if _is(found.get(name), kind)})


_KINDS = {field.name: int if field.type is int else str for field in fields(About)}


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
