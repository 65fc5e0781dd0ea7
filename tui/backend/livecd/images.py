"""Images as roots: looked into without mounting them.

Source of the formats: debugfs(8), unsquashfs(1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.backend import requirements
from tui.backend.errors import CommandFailed, Refused
from tui.backend.kernel import debugfs_stat, dumpe2fs, unsquashfs
from tui.backend.kernel.text import decode
from tui.backend.livecd import debugfs
from tui.backend.livecd.listing import DIRECTORY, FILE, HEAD, LINK, Collector, Entry, Listing, pieces
from tui.backend.text import clean

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.livecd.confine import Confinement

EXT = ("ext2", "ext3", "ext4")
_KINDS = {"directory": DIRECTORY, "symlink": LINK, "regular": FILE}
_LONGEST_STAT = 1 << 20
"""Bytes of what debugfs tells of a name that are read: a file in many pieces has a list of them."""


class Image(Protocol):
    """An image that can be looked into."""

    def listing(self, wanted: tuple[str, ...]) -> Listing:
        """What is in it, at least on the ways to the wanted paths."""
        ...

    def head(self, place: str) -> bytes:
        """The first HEAD bytes of a file in it."""
        ...

    def content(self) -> int:
        """Bytes that its files take."""
        ...


def reader(host: Host, path: str, fstype: str, confinement: Confinement) -> Image:
    """What looks into an image of this file system. Refused for all but ext and squashfs."""
    if fstype in EXT:
        requirements.need(host, ("debugfs", "dumpe2fs"))
        return _Ext(host, path, confinement.words(reading=True))
    if fstype == "squashfs":
        requirements.need(host, ("unsquashfs",))
        return _Squashfs(host, path, confinement.words(reading=True))
    raise Refused(
        f"{path} holds {fstype}, which is no image of a root that can be used.",
        "Give an ext2, ext3, ext4 or squashfs image, or mount it and give the directory.",
    )


class _Ext:
    def __init__(self, host: Host, path: str, confined: tuple[str, ...]) -> None:
        self.host, self.path, self._confined = host, path, confined

    def listing(self, wanted: tuple[str, ...]) -> Listing:
        """Only what lies on the ways: debugfs has no quick listing of all."""
        entries: dict[str, Entry] = {}
        for path in wanted:
            self._walk(path, entries)
        return Listing(entries)

    def _walk(self, path: str, entries: dict[str, Entry]) -> None:
        todo = [part for part in path.split("/") if part]
        place = ""
        while todo and len(entries) < 100:
            place = f"{place}/{todo.pop(0)}".lstrip("/")
            entry = entries.get(place) or self._entry(place)
            if entry is None:
                return
            known = place in entries
            entries[place] = entry
            if entry.kind == LINK and not known:
                above = "" if entry.target.startswith("/") else place.rpartition("/")[0]
                self._walk("/".join((above, entry.target, *todo)), entries)
                return

    def _entry(self, place: str) -> Entry | None:
        with self.host.pipe(self._asking(f"stat {self._word(place)}")) as pipe:
            found = debugfs_stat.parse(decode(pipe.read(_LONGEST_STAT)))
        return Entry(_KINDS.get(found.type, "?"), target=found.target) if found else None

    def head(self, place: str) -> bytes:
        """The first HEAD bytes of a file in it."""
        with self.host.pipe(self._asking(f"cat {self._word(place)}")) as pipe:
            return pipe.read(HEAD)

    def content(self) -> int:
        """Bytes that its files take."""
        said = self.host.run([*self._confined, "dumpe2fs", "-h", self.path])
        used = dumpe2fs.used(said)
        if used is None:
            raise Refused(f"{self.path} is damaged: it tells no size.", "Make it again.")
        return used

    def _asking(self, request: str) -> list[str]:
        return [*self._confined, "debugfs", "-R", request, self.path]

    def _word(self, place: str) -> str:
        """A place in it as a word for debugfs; links in an image may lead to any."""
        try:
            return debugfs.word(f"/{place}")
        except ValueError as error:
            raise Refused(
                f"{self.path} has a link to its init whose target has control characters: {clean(place)}.",
                "Somebody may have made it to do harm. Give an image whose /sbin/init leads to a program.",
            ) from error


class _Squashfs:
    def __init__(self, host: Host, path: str, confined: tuple[str, ...]) -> None:
        self.host, self.path, self._confined = host, path, confined
        found = Collector(path)
        try:
            with host.pipe([*self._confined, "unsquashfs", "-lln", path]) as pipe:
                for line in pieces(pipe, b"\n"):
                    if (listed := unsquashfs.line(decode(line))) is not None:
                        kind = FILE if listed.type == "-" else listed.type
                        found.add(listed.path, Entry(kind, listed.size, listed.target))
        except (CommandFailed, ValueError) as error:
            words = error.message if isinstance(error, CommandFailed) else str(error)
            raise Refused(f"{path} is damaged: {words}", "Make it again.") from error
        self._listing = found.listing()

    def listing(self, wanted: tuple[str, ...]) -> Listing:  # noqa: ARG002 - it knows all
        """Everything that is in it."""
        return self._listing

    def head(self, place: str) -> bytes:
        """The first HEAD bytes of a file in it."""
        with self.host.pipe(
            [*self._confined, "unsquashfs", "-no-wildcards", "-cat", self.path, place]
        ) as pipe:
            return pipe.read(HEAD)

    def content(self) -> int:
        """Bytes that its files take."""
        return self._listing.bytes
