"""An ISO that somebody gave: found, and asked by programs that are confined (blkid, xorriso)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import requirements
from tui.backend.blkid import probe
from tui.backend.errors import NotFound, Refused
from tui.backend.host import FileKind
from tui.backend.kernel.text import decode
from tui.backend.livecd import confine

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.livecd.confine import Confinement

OURS = "`sandbox-tui livecd build` makes one."
_LONGEST = 1 << 20
"""Bytes of a list of its files, or of one of them, that are read."""


@dataclass(frozen=True, slots=True)
class IsoFile:
    """A file with an ISO 9660 file system, by its `path`."""

    host: Host
    path: str
    confinement: Confinement

    def tag(self, name: str) -> str:
        """What blkid tells of it: TYPE, LABEL, UUID or PTTYPE; empty for nothing."""
        return probe(self.host, self.path, name, by=self.confinement.words(reading=True))

    def ask(self, *words: str) -> str:
        """What xorriso prints, free of anybody's start-up files; `stdio:` keeps it from looking for a drive.
        CommandFailed; Refused where it is longer than it can be.
        """
        requirements.need(self.host, ("xorriso",))
        quiet = ("xorriso", "-no_rc", "-report_about", "WARNING", "-indev", f"stdio:{self.path}")
        with self.host.pipe([*self.confinement.words(reading=True), *quiet, *words]) as pipe:
            said = pipe.read(_LONGEST + 1)
        if len(said) > _LONGEST:
            raise Refused(
                f"{self.path} says more of itself than {_LONGEST >> 20} MiB: it was not built so.", OURS
            )
        return decode(said)


def find(host: Host, path: str, *, trusted: bool = False) -> IsoFile:
    """The ISO at a path; `trusted` as for `confine.settle`. NotFound, Refused, ProgramMissing; OSError
    where it may not be read.
    """
    kind = host.kind(path)
    if kind is None:
        raise NotFound(f"There is no file {path}.", OURS)
    if kind is not FileKind.FILE:
        raise Refused(f"{path} is a {kind.value}, not a file.", "Give an ISO.")
    host.open(path).close()  # blkid does not tell what it may not read from what it does not know
    requirements.need(host, ("blkid",))
    found = IsoFile(host, path, confine.settle(host, trusted=trusted))
    if found.tag("TYPE") != "iso9660":
        raise Refused(f"{path} is not an ISO 9660 image.", OURS)
    return found
