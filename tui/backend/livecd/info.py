"""What an ISO says of itself, read without mounting it and without root (programs: blkid, xorriso)."""

import re
from dataclasses import dataclass

from tui.backend.errors import CommandFailed, NotFound, Refused
from tui.backend.host import FileKind, Host
from tui.backend.inventory.origins import probe
from tui.backend.kernel_text import decode
from tui.backend.livecd import about
from tui.backend.livecd.about import About

_OURS = "`sandbox-tui livecd build` makes one."
_BOOT = re.compile(r"^El Torito boot img :\s+\d+\s+(\w+)\s+y\s", re.MULTILINE)
_LONGEST = 1 << 20
"""Bytes of a list of its files, or of one of them, that are read."""
_LINE = re.compile(r"^-\S+\s+\d+\s+\S+\s+\S+\s+(\d+) .* '(.+)'$", re.MULTILINE)
"""A regular file as `xorriso -lsl` shows it, like ls(1): size and name."""


@dataclass(frozen=True, slots=True)
class File:
    """A file in /live and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Info:
    """One Live CD. `size` is in bytes; `label` and `uuid` are as blkid tells them; `firmware` are the
    kinds that boot it (BIOS, UEFI); `hybrid`: from a stick too; `files` are those of /live.
    """

    path: str
    size: int
    label: str
    uuid: str
    about: About
    firmware: tuple[str, ...]
    hybrid: bool
    files: tuple[File, ...]


def read(host: Host, path: str) -> Info:
    """Look into an ISO. NotFound where there is no file, Refused where it is no Live CD of ours,
    OSError where it may not be read.
    """
    kind = host.kind(path)
    if kind is None:
        raise NotFound(f"There is no file {path}.", _OURS)
    if kind is not FileKind.FILE:
        raise Refused(f"{path} is a {kind.value}, not a file.", "Give an ISO.")
    host.open(path).close()  # blkid does not tell what it may not read from what it does not know
    if probe(host, path) != "iso9660":
        raise Refused(f"{path} is no ISO 9660 image.", _OURS)
    files = _files(host, path)
    if about.PATH.rpartition("/")[2] not in [file.name for file in files]:
        raise Refused(f"{path} is no Live CD of sandbox-tui: it has no {about.PATH}.", _OURS)
    return Info(
        path=path,
        size=host.size(path),
        label=probe(host, path, "LABEL"),
        uuid=probe(host, path, "UUID"),
        about=about.parse(_xorriso(host, path, "-osirrox", "on", "-concat", "append", "-", about.PATH, "--")),
        firmware=tuple(dict.fromkeys(_BOOT.findall(_xorriso(host, path, "-report_el_torito", "plain")))),
        hybrid=bool(probe(host, path, "PTTYPE")),
        files=files,
    )


def verify(host: Host, info: Info) -> bool:
    """Whether the image on the ISO has the checksum that its builder noted. Reads all of it.

    Refused where no checksum was noted.
    """
    image = info.about.image
    if not info.about.image_sha256 or image not in [file.name for file in info.files]:
        raise Refused(f"{info.path} tells no checksum of an image that it has.", "Build it again.")
    # env, for xorriso wants a program's path
    pipe = ("-concat", "pipe", "+", "/usr/bin/env", "sha256sum", "+", f"/live/{image}", "--")
    said = _xorriso(host, info.path, "-osirrox", "on", *pipe)
    return said.split(" ", 1)[0] == info.about.image_sha256


def _files(host: Host, path: str) -> tuple[File, ...]:
    try:
        listed = _xorriso(host, path, "-lsl", "/live", "--")
    except CommandFailed as error:
        if error.status is None:
            raise
        return ()  # xorriso(1): no such directory, or no ISO that it can read
    return tuple(File(name, int(size)) for size, name in _LINE.findall(listed))


def _xorriso(host: Host, path: str, *words: str) -> str:
    """Ask xorriso, free of anybody's start-up files; `stdio:` keeps it from looking for a drive."""
    quiet = ("xorriso", "-no_rc", "-report_about", "WARNING")
    with host.pipe([*quiet, "-indev", f"stdio:{path}", *words]) as pipe:
        said = pipe.read(_LONGEST + 1)
    if len(said) > _LONGEST:
        raise Refused(f"{path} says more of itself than {_LONGEST >> 20} MiB: it was not built so.", _OURS)
    return decode(said)
