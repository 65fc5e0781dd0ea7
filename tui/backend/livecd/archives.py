"""Archives as roots: what is in them, and the stream that they are read as.

bsdtar (libarchive) turns every archive into a plain tar or cpio stream without unpacking it; only
names and sizes are looked at here, and an archive with a name that leads outside is refused.
"""

from __future__ import annotations

import base64
import tarfile
import urllib.parse
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from tui.backend.errors import CommandFailed, Refused
from tui.backend.livecd import cpio, segments
from tui.backend.livecd.listing import DIRECTORY, FILE, HEAD, LINK, Entry, Listing
from tui.backend.text import clean

if TYPE_CHECKING:
    from tui.backend.host import Host

_XATTR = "LIBARCHIVE.xattr."
_KINDS = {
    tarfile.DIRTYPE: DIRECTORY,
    tarfile.SYMTYPE: LINK,
    tarfile.CHRTYPE: "c",
    tarfile.BLKTYPE: "b",
    tarfile.FIFOTYPE: "p",
}
_CPIO = ("07070", "\udcc7q", "q\udcc7")
"""How cpio archives begin: in ASCII, old or new, or in binary of either byte order."""
_CONVERT = "bsdtar --absolute-paths --create --file=- --format="


@dataclass(frozen=True, slots=True)
class Attribute:
    """An extended attribute of a path in a root."""

    path: str
    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that nothing escapes from. `streams` are lines of bash that print what bsdtar is
    to unpack, one after the other.
    """

    streams: tuple[str, ...]
    listing: Listing
    attributes: tuple[Attribute, ...]


def read(host: Host, path: str) -> Archive:
    """Look at all of an archive. Refused when it is none, damaged, or not safe."""
    try:
        found = _read_cpio(host, path) if _is_cpio(host, path) else _read_tar(host, path)
    except (CommandFailed, tarfile.TarError, EOFError, ValueError) as error:
        words = error.message if isinstance(error, CommandFailed) else str(error)
        raise _damaged(path, words.splitlines()[-1] if words else "it ends too early") from error
    if not found.listing.entries:
        raise _damaged(path, "there is nothing in it")
    return found


def _damaged(path: str, words: str) -> Refused:
    return Refused(
        f"{path} is damaged, or is neither archive nor image: {words}",
        "Give a directory, a tar or cpio archive, an initrd, or an ext or squashfs image.",
    )


def _is_cpio(host: Host, path: str) -> bool:
    first = host.run(["bash", "-c", 'bsdcat -- "$1" 2>/dev/null | head --bytes=6', "bash", path])
    return first.startswith(_CPIO)


def _read_cpio(host: Host, path: str) -> Archive:
    """Bsdtar reads one cpio archive; an initrd can be several, which it is shown one by one."""
    with host.open(path) as file:
        parts = segments.find(file)
    streams = tuple(f"{_CONVERT}newc {_source(path, part)}" for part in parts)
    entries: dict[str, Entry] = {}
    for stream in streams:
        with host.pipe(["bash", "-c", stream]) as pipe:
            entries |= _linked({_checked(path, m.name): m for m in cpio.read(pipe)})
    return Archive(streams, Listing(entries), ())


def _linked(members: dict[str, cpio.Member]) -> dict[str, Entry]:
    """Each name with the contents of all its hard links."""
    full = {member.node: member.entry for member in members.values() if member.entry.size}
    return {
        name: full.get(m.node, m.entry) if m.entry.kind == FILE else m.entry for name, m in members.items()
    }


def _read_tar(host: Host, path: str) -> Archive:
    stream = f"{_CONVERT}pax {quote(f'@{path}')}"
    with host.pipe(["bash", "-c", stream]) as pipe, tarfile.open(fileobj=pipe, mode="r|") as tar:
        entries, attributes = _entries(path, tar)
    return Archive((stream,), Listing(entries), attributes)


def _source(path: str, part: segments.Segment) -> str:
    if part.offset == 0 and part.length is None:
        return quote(f"@{path}")
    cut = f" | head --bytes={part.length}" if part.length is not None else ""
    return f"@<(tail --bytes=+{part.offset + 1} -- {quote(path)}{cut})"


def _entries(path: str, tar: tarfile.TarFile) -> tuple[dict[str, Entry], tuple[Attribute, ...]]:
    entries: dict[str, Entry] = {}
    attributes: list[Attribute] = []
    for member in tar:
        name = _checked(path, member.name)
        if member.islnk():
            entries[name] = entries.get(_checked(path, member.linkname), Entry(FILE))
        else:
            entries[name] = _entry(tar, member)
        attributes += _attributes(name, member)
    return entries, tuple(attributes)


def _checked(archive: str, name: str) -> str:
    """A name without `./`; Refused when it leads out of the archive's own directory."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\n" in name:
        raise Refused(
            f"{archive} has a name in it that leads elsewhere or is no name: {clean(name)}.",
            "Somebody may have made it to overwrite files. Make the archive anew from its directory.",
        )
    return "/".join(part for part in parts if part not in ("", "."))


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    kind = _KINDS.get(member.type, FILE)
    head = b""
    if kind == FILE and member.mode & 0o111:
        content = tar.extractfile(member)
        head = content.read(HEAD) if content else b""
    target = member.linkname if kind == LINK else ""
    return Entry(kind, member.size if kind == FILE else 0, target, int(member.mtime), head)


def _attributes(name: str, member: tarfile.TarInfo) -> list[Attribute]:
    """Bsdtar writes each attribute's value in base64, its name as in a URL."""
    return [
        Attribute(name, urllib.parse.unquote(key.removeprefix(_XATTR)), _decoded(value))
        for key, value in member.pax_headers.items()
        if key.startswith(_XATTR)
    ]


def _decoded(value: str) -> bytes:
    return base64.b64decode(value + "=" * (-len(value) % 4))
