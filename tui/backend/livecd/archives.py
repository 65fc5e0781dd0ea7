"""Archives as roots: what is in them, and the stream that they are read as.

bsdtar (libarchive) turns every archive into a plain tar or cpio stream without unpacking it; only
names and sizes are looked at here, and an archive with a name that leads outside is refused.
"""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from tui.backend import requirements
from tui.backend.errors import CommandFailed, Refused
from tui.backend.livecd import attributes, cpio, segments
from tui.backend.livecd.listing import DIRECTORY, FILE, HEAD, LINK, Entry, Listing
from tui.backend.text import clean

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.livecd.attributes import Attribute

_KINDS = {
    tarfile.DIRTYPE: DIRECTORY,
    tarfile.SYMTYPE: LINK,
    tarfile.CHRTYPE: "c",
    tarfile.BLKTYPE: "b",
    tarfile.FIFOTYPE: "p",
}
_CPIO = ("07070", "\udcc7q", "q\udcc7")
"""How cpio archives begin: in ASCII, old or new, or in binary of either byte order."""
_PROGRAMS = ("bash", "bsdcat", "bsdtar", "head", "tail")
_CONVERT = "bsdtar --absolute-paths --create --file=- --format="


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that nothing escapes from. `streams` are lines of bash that print what bsdtar is
    to unpack, one after the other.
    """

    streams: tuple[str, ...]
    listing: Listing
    attributes: tuple[Attribute, ...]


def read(host: Host, path: str) -> Archive:
    """Look at all of an archive. Refused when it is none, damaged, or not safe, or when
    programs are missing.
    """
    requirements.need(host, _PROGRAMS)
    try:
        found = _read_cpio(host, path) if _is_cpio(host, path) else _read_tar(host, path)
    except (CommandFailed, tarfile.TarError, EOFError, ValueError) as error:
        words = error.message if isinstance(error, CommandFailed) else str(error)
        raise _damaged(path, words.split("\n")[-1] if words else "it ends too early") from error
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
    sources = [_source(path, part) for part in parts]
    for source in sources:
        _check_format(host, path, source)
    streams = tuple(f"{_CONVERT}newc @{source}" for source in sources)
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
    source = quote(path)
    _check_format(host, path, source)
    stream = f"{_CONVERT}pax @{source}"
    with host.pipe(["bash", "-c", stream]) as pipe, tarfile.open(fileobj=pipe, mode="r|") as tar:
        entries, noted = _entries(path, tar)
    return Archive((stream,), Listing(entries), noted)


def _check_format(host: Host, path: str, source: str) -> None:
    """Refused where bsdtar takes a part for an mtree: that names files of this machine as its contents,
    which would be read as root. `source` is a word of bash.
    """
    said = host.run(["bash", "-o", "pipefail", "-c", f"bsdtar --list -vv --file={source} | tail --lines=1"])
    if "mtree" in said:
        raise Refused(
            f"{path} is no archive but a list (mtree), which can name any file of this machine.",
            "Make a tar archive of it: bsdtar --create --file=X.tar @LIST.",
        )


def _source(path: str, part: segments.Segment) -> str:
    if part.offset == 0 and part.length is None:
        return quote(path)
    cut = f" | head --bytes={part.length}" if part.length is not None else ""
    return f"<(tail --bytes=+{part.offset + 1} -- {quote(path)}{cut})"


def _entries(path: str, tar: tarfile.TarFile) -> tuple[dict[str, Entry], tuple[Attribute, ...]]:
    entries: dict[str, Entry] = {}
    noted: list[Attribute] = []
    for member in tar:
        name = _checked(path, member.name)
        if member.islnk():
            entries[name] = entries.get(_checked(path, member.linkname), Entry(FILE))
        else:
            entries[name] = _entry(tar, member)
        noted += attributes.of_member(path, name, member.pax_headers)
    return entries, tuple(noted)


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
