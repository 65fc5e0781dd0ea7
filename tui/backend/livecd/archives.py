"""Archives as roots: what is in them, and the stream that they are read as.

bsdtar (libarchive) turns every archive into a plain tar or cpio stream without unpacking it; only
names and sizes are looked at here, and an archive with a name that leads outside is refused.
"""

from __future__ import annotations

import shlex
import tarfile
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any, cast

from tui.backend import requirements
from tui.backend.errors import CommandFailed, Refused
from tui.backend.livecd import attributes, cpio, segments
from tui.backend.livecd.listing import DIRECTORY, FILE, HEAD, LINK, Collector, Entry, Listing
from tui.backend.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.backend.host import Host
    from tui.backend.livecd.attributes import Attribute
    from tui.backend.livecd.confine import Confinement

_KINDS = {
    tarfile.DIRTYPE: DIRECTORY,
    tarfile.SYMTYPE: LINK,
    tarfile.CHRTYPE: "c",
    tarfile.BLKTYPE: "b",
    tarfile.FIFOTYPE: "p",
}
_CPIO = ("07070", "\udcc7q", "q\udcc7")
"""How cpio archives begin: in ASCII, old or new, or in binary of either byte order."""
_KEPT = 200
"""Bytes that an attribute takes beside its text."""
_LONGEST_HEADER = 1 << 17
"""Bytes of a name, the target of a link and the attributes of a member: Linux has attributes of 64 KiB."""
_PROGRAMS = ("bash", "bsdcat", "bsdtar", "head", "tail")
_CONVERT = "bsdtar --absolute-paths --create --file=- --format={} @-"
_LIST = "bsdtar --list -vv --file=- | tail --lines=1"


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that nothing escapes from. `streams` are lines of bash that print what bsdtar is
    to unpack, one after the other.
    """

    streams: tuple[str, ...]
    listing: Listing
    attributes: tuple[Attribute, ...]


def read(host: Host, path: str, confinement: Confinement) -> Archive:
    """Look at all of an archive. Refused when it is none, damaged, or not safe, or when
    programs are missing.
    """
    requirements.need(host, (*_PROGRAMS, *confinement.programs))
    by = f"{shlex.join(confinement.words())} "
    try:
        found = _read_cpio(host, path, by) if _is_cpio(host, path, by) else _read_tar(host, path, by)
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


def _is_cpio(host: Host, path: str, by: str) -> bool:
    """`by` begins a line of bash whose program reads what others made. As root we only open it."""
    first = host.run(["bash", "-c", f"{by}bsdcat <{quote(path)} 2>/dev/null | head --bytes=6"])
    return first.startswith(_CPIO)


def _read_cpio(host: Host, path: str, by: str) -> Archive:
    """Bsdtar reads one cpio archive; an initrd can be several, which it is shown one by one."""
    with host.open(path) as file:
        parts = segments.find(file)
    sources = [_source(path, part) for part in parts]
    for source in sources:
        _check_format(host, path, source, by)
    streams = tuple(_stream("newc", source, by) for source in sources)
    found = Collector(path)
    for stream in streams:
        with host.pipe(["bash", "-c", stream]) as pipe:
            _note_members(path, cpio.read(pipe), found)
    return Archive(streams, found.listing(), ())


def _note_members(path: str, members: Iterator[cpio.Member], found: Collector) -> None:
    """Each name with the contents of all its hard links, of which the last one has them."""
    linked: dict[tuple[int, ...], list[str]] = {}
    contents: dict[tuple[int, ...], Entry] = {}
    for member in members:
        name, entry = _checked(path, member.name), member.entry
        found.add(name, entry)
        if entry.kind == FILE:
            linked.setdefault(member.node, []).append(name)
            if entry.size:
                contents[member.node] = entry
    for node, entry in contents.items():
        found.entries.update(dict.fromkeys(linked[node], entry))


def _stream(form: str, source: str, by: str) -> str:
    return f"{by}{_CONVERT.format(form)} <{source}"


def _read_tar(host: Host, path: str, by: str) -> Archive:
    source = quote(path)
    _check_format(host, path, source, by)
    stream = _stream("pax", source, by)
    with (
        host.pipe(["bash", "-c", stream]) as pipe,
        tarfile.open(fileobj=pipe, mode="r|", tarinfo=_Member) as tar,
    ):
        listing, noted = _entries(path, tar)
        cpio.drain(pipe)
    return Archive((stream,), listing, noted)


class _Member(tarfile.TarInfo):
    """Does not read a name, a target or attributes that are longer than Linux has any: the module reads all
    of them into memory, and some in a time that grows with their square.
    """

    _TOLD = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        """Called for each header of the archive."""
        if self.type in self._TOLD and self.size > _LONGEST_HEADER:
            raise ValueError(f"a name, a link or an attribute has {self.size:,} bytes")
        found: tarfile.TarInfo = cast("Any", super())._proc_member(tar)  # noqa: SLF001 - no public way
        return found


def _check_format(host: Host, path: str, source: str, by: str) -> None:
    """Refused where bsdtar takes a part for an mtree: that names files of this machine as its contents,
    which would be taken from here. `source` is what comes after `<` in a line of bash.
    """
    said = host.run(["bash", "-o", "pipefail", "-c", f"<{source} {by}{_LIST}"])
    if "mtree" in said:
        raise Refused(
            f"{path} is not an archive but a list (mtree), which can name any file of this machine.",
            "Make a tar archive of it: bsdtar --create --file=X.tar @LIST.",
        )


def _source(path: str, part: segments.Segment) -> str:
    if part.offset == 0 and part.length is None:
        return quote(path)
    cut = f" | head --bytes={part.length}" if part.length is not None else ""
    return f" <(tail --bytes=+{part.offset + 1} -- {quote(path)}{cut})"


def _entries(path: str, tar: tarfile.TarFile) -> tuple[Listing, tuple[Attribute, ...]]:
    found = Collector(path)
    noted: list[Attribute] = []
    while (member := tar.next()) is not None:
        cast("Any", tar).members.clear()  # which would keep them all
        name = _checked(path, member.name)
        more = attributes.of_member(path, name, member.pax_headers)
        if member.islnk():
            entry = found.entries.get(_checked(path, member.linkname), Entry(FILE))
        else:
            entry = _entry(tar, member)
        found.add(name, entry, sum(_KEPT + len(name) + len(one.name) + len(one.value) for one in more))
        noted += more
    return found.listing(), tuple(noted)


def _checked(archive: str, name: str) -> str:
    """A name without `./`; Refused when it leads out of the archive's own directory."""
    if len(name) > cpio.LONGEST_PATH:
        raise Refused(
            f"{archive} has a name of {len(name):,} characters in it, and Linux has none longer than 4,096.",
            "Somebody may have made it to do harm. Make the archive again from its directory.",
        )
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\n" in name:
        raise Refused(
            f"{archive} has a name in it that leads elsewhere or is no name: {clean(name)}.",
            "Somebody may have made it to overwrite files. Make the archive again from its directory.",
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
