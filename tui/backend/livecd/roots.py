"""What a Live CD's root is made of: a directory, an archive, or an image."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import blkid, requirements
from tui.backend.errors import CommandFailed, NotFound, ProgramMissing, Refused
from tui.backend.host import FileKind
from tui.backend.inventory import mounts
from tui.backend.kernel.text import decode
from tui.backend.livecd import archives, confine, elf, images, inputs, output
from tui.backend.livecd.listing import FILE, HEAD, Collector, Entry, Listing, pieces

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.livecd.attributes import Attribute
    from tui.backend.livecd.confine import Confinement

_INITS = ("/sbin/init", "/etc/init", "/bin/init", "/init", "/linuxrc")
"""Where a root may have its init: the kernel's own places, then those of initrds."""
_NO_INIT = "Install one in it (Debian: systemd-sysv), or give the directory that has it."


@dataclass(frozen=True, slots=True)
class Root:
    """A root by its `path` and what is in it: `content` is what its files take in bytes, `entries`
    how many there are, `newest` the time of the newest in seconds since 1970, `init` what is
    to be started. An archive has `streams` (lines of bash that print what bsdtar is to
    unpack) and `attributes`; an image has its `fstype`; a directory has neither.
    """

    path: str
    content: int
    entries: int
    newest: int
    init: str
    streams: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    fstype: str = ""


def find(host: Host, text: str, *, trusted: bool = False) -> Root:
    """The root that a path names; `trusted` as for `confine.settle`. NotFound or Refused when there is
    none, or it cannot start; ProgramMissing.
    """
    path = inputs.check(host, text, inside=host.kind(text) is FileKind.DIRECTORY)
    kind = host.kind(path)
    if kind is None:
        raise NotFound(f"{text} does not exist.", "Give a directory, an archive or an image.")
    if kind is FileKind.DIRECTORY:
        return _directory(host, path)
    if kind is not FileKind.FILE:
        raise Refused(
            f"{text} is a {kind.value}: that cannot be a root.",
            "Give a directory, an archive or an image file.",
        )
    requirements.need(host, ("blkid",))
    confinement = confine.settle(host, trusted=trusted)
    fstype = blkid.probe(host, path, by=confinement.words(reading=True))
    return _image(host, path, fstype, confinement) if fstype else _archive(host, path, confinement)


def _directory(host: Host, path: str) -> Root:
    inside = [m.mountpoint for m in mounts.below(mounts.read(host), path.rstrip("/")) if m.mountpoint != path]
    if inside:
        raise Refused(
            f"Something is mounted in {path}: {', '.join(sorted(inside))}.",
            "Unmount it, or bind the directory elsewhere (mount --bind) and give that.",
        )
    try:
        listing = _listing(host, path)
    except ProgramMissing:
        raise
    except CommandFailed as error:
        raise Refused(f"{path} cannot be read whole: {error.sentence}", "Build as root: use sudo.") from error
    init, place = _init(path, listing)
    with host.open(os.path.join(path, place)) as file:
        elf.check(f"{path}{init}", file.read(HEAD))
    return Root(path, listing.bytes, len(listing.entries), listing.newest, init)


def _listing(host: Host, path: str) -> Listing:
    found = Collector(path)
    with host.pipe(["find", path, "-printf", r"%P\0%y %s %T@\0%l\0"]) as pipe:
        fields = map(decode, pieces(pipe, b"\0"))
        for name, facts, target in zip(fields, fields, fields, strict=True):
            found.add(*_entry(name, facts, target))
    return found.listing()


def _entry(path: str, facts: str, target: str) -> tuple[str, Entry]:
    kind, size, time = facts.split(" ")
    return path, Entry(kind, int(size), target, int(float(time)))


def _init(path: str, listing: Listing) -> tuple[str, str]:
    """The init as the kernel will call it, and where it really is in the root."""
    for init in _INITS:
        place = listing.follow(init)
        if place is not None and listing.entries[place].kind == FILE:
            return init, place
    raise Refused(f"{path} has no init to start: none of {', '.join(_INITS)} is a file in it.", _NO_INIT)


def _archive(host: Host, path: str, confinement: Confinement) -> Root:
    found = archives.read(host, path, confinement)
    init, place = _init(path, found.listing)
    elf.check(f"{init} in {path}", found.listing.entries[place].head)
    listing = found.listing
    return Root(
        path,
        listing.bytes,
        len(listing.entries),
        listing.newest,
        init,
        streams=found.streams,
        attributes=found.attributes,
    )


def _image(host: Host, path: str, fstype: str, confinement: Confinement) -> Root:
    output.check_name(path)
    look = images.reader(host, path, fstype, confinement)
    listing = look.listing(_INITS)
    init, place = _init(path, listing)
    elf.check(f"{init} in {path}", look.head(place))
    time = int(host.run(["stat", "--format=%Y", path]))
    return Root(path, look.content(), len(listing.entries), time, init, fstype=fstype)
