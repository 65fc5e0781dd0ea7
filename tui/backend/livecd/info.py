"""What an ISO says of itself, read without mounting it and without root (programs: blkid, xorriso)."""

from dataclasses import dataclass

from tui.backend.errors import CommandFailed, Refused
from tui.backend.kernel import xorriso
from tui.backend.livecd import about
from tui.backend.livecd.about import About
from tui.backend.livecd.iso_file import OURS, IsoFile


@dataclass(frozen=True, slots=True)
class File:
    """A file in /live and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Info:
    """One Live CD. `size` is in bytes; `label` and `uuid` are as blkid tells them; `firmware` are the
    kinds that boot it (BIOS, UEFI); `hybrid`: from a stick too; `files` are those of /live. `verified`: the
    image has the checksum that its builder noted; None where that was not asked for.
    """

    path: str
    size: int
    label: str
    uuid: str
    about: About
    firmware: tuple[str, ...]
    hybrid: bool
    files: tuple[File, ...]
    verified: bool | None = None


def read(iso: IsoFile) -> Info:
    """Look into an ISO. Refused where it is not a Live CD of ours."""
    files = _files(iso)
    if about.PATH.rpartition("/")[2] not in [file.name for file in files]:
        raise Refused(f"{iso.path} is not a Live CD of sandbox-tui: it has no {about.PATH}.", OURS)
    return Info(
        path=iso.path,
        size=iso.host.size(iso.path),
        label=iso.tag("LABEL"),
        uuid=iso.tag("UUID"),
        about=about.parse(iso.ask("-osirrox", "on", "-concat", "append", "-", about.PATH, "--")),
        firmware=xorriso.firmware(iso.ask("-report_el_torito", "plain")),
        hybrid=bool(iso.tag("PTTYPE")),
        files=files,
    )


def verify(iso: IsoFile, info: Info) -> bool:
    """Whether the image on the ISO has the checksum that its builder noted. Reads all of it.

    Refused where no checksum was noted.
    """
    image = info.about.image
    if not info.about.image_sha256 or image not in [file.name for file in info.files]:
        raise Refused(f"{info.path} tells no checksum of an image that it has.", "Build it again.")
    # env, for xorriso wants a program's path
    pipe = ("-concat", "pipe", "+", "/usr/bin/env", "sha256sum", "+", f"/live/{image}", "--")
    said = iso.ask("-osirrox", "on", *pipe)
    return said.split(" ", 1)[0] == info.about.image_sha256


def _files(iso: IsoFile) -> tuple[File, ...]:
    try:
        said = iso.ask("-lsl", "/live", "--")
    except CommandFailed as error:
        if error.status is None:
            raise
        return ()  # xorriso(1): no such directory, or no ISO that it can read
    return tuple(File(*listed) for listed in xorriso.files(said))
