"""Extended attributes of an archive's members, and the steps that give them to files of an image.

Source of the keys: archive_write_set_format_pax.c of libarchive; of the limits: xattr(7), and ext4's
disk layout (all that does not fit into the inode has one block).
"""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.errors import Refused
from tui.backend.livecd import debugfs
from tui.backend.livecd.shell import inside
from tui.backend.plan import Step
from tui.backend.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_KEY = "LIBARCHIVE.xattr."
_KNOWN = re.compile(r"(?:user|trusted|security)\..+|system\.posix_acl_(?:access|default)", re.DOTALL)
"""What Linux and ext4 can have; others, such as com.apple.quarantine, only other systems."""
_LONGEST_NAME = 255
_LARGEST_VALUE = 4040
"""Bytes that one attribute can have in a block of 4 KiB."""
_ANEW = "Make the archive again without it (tar: --xattrs-exclude=PATTERN)."


@dataclass(frozen=True, slots=True)
class Attribute:
    """An extended attribute of a path in a root."""

    path: str
    name: str
    value: bytes

    @property
    def known(self) -> bool:
        """Whether a file on Linux can have one of this name."""
        return _KNOWN.fullmatch(self.name) is not None


def of_member(archive: str, path: str, headers: Mapping[str, str]) -> list[Attribute]:
    """The attributes among a member's pax headers, where bsdtar writes each value in base64, its name
    as in a URL. Refused, naming the member, when one is damaged, or cannot be a line for debugfs.
    """
    keys = (key for key in headers if key.startswith(_KEY))
    return [_attribute(archive, path, key.removeprefix(_KEY), headers[key]) for key in keys]


def _attribute(archive: str, path: str, key: str, text: str) -> Attribute:
    name = urllib.parse.unquote(key, errors="surrogateescape")
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused(archive, path, name, "has a damaged value") from error
    found = Attribute(path, name, value)
    if len(name.encode(errors="surrogateescape")) > _LONGEST_NAME:
        raise _refused(archive, path, name, f"has a name longer than {_LONGEST_NAME} bytes")
    if len(value) > _LARGEST_VALUE:
        raise _refused(archive, path, name, f"has {len(value)} bytes, and ext4 holds {_LARGEST_VALUE}")
    try:
        line = _line(found, "0")
    except ValueError as error:
        reason = "has control characters in its name or in that of its file"
        raise _refused(archive, path, name, reason) from error
    if not debugfs.fits(line):
        raise _refused(archive, path, name, "belongs to a file whose path is too long for debugfs")
    return found


def _refused(archive: str, path: str, name: str, reason: str) -> Refused:
    shown = f"{clean(name, 80)} of {clean(path, 200)}"
    return Refused(f"{archive} cannot be used: the attribute {shown} {reason}.", _ANEW)


def steps(
    place: str, disk: str, attributes: Iterable[Attribute], confined: tuple[str, ...]
) -> tuple[Step, ...]:
    """Steps that give the files in an image their attributes: only root may give a program capabilities; in
    a file system of one's own anybody may. `disk` is the image's name in the directory `place`; `confined`
    comes before the program that does it.
    """
    known = [attribute for attribute in attributes if attribute.known]
    if not known:
        return ()
    long: list[Step] = []
    lines: list[str] = []
    for attribute in known:
        line = _line(attribute)
        if not debugfs.fits(line):
            file = f"{disk}.value-{len(long)}"
            long.append(_write_value(place, file, attribute.value, confined))
            line = _line(attribute, file)
        lines.append(f"{line}\n")
    apply = ("bash", "-euo", "pipefail", "-c", debugfs.APPLY, "bash", disk)
    give = inside(place, *confined, *apply, input="".join(lines))
    return (*long, Step("Give its files their extended attributes", give))


def _line(attribute: Attribute, file: str = "") -> str:
    """The command for debugfs; with `file` the value is taken from that."""
    words = f"{debugfs.word('/' + attribute.path)} {debugfs.word(attribute.name)}"
    if file:
        return f"ea_set -f {debugfs.word(file)} {words}"
    return f"ea_set {words} {debugfs.octal(attribute.value)}"


def _write_value(place: str, file: str, value: bytes, confined: tuple[str, ...]) -> Step:
    escaped = "".join(f"\\0{byte:03o}" for byte in value)
    write = ("bash", "-eu", "-c", 'printf %b "$1" >"$2"', "bash", escaped, file)
    return Step("Write an attribute too long for a line", inside(place, *confined, *write))
