"""`livecd info`: what is on an ISO."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backend.argument import argument
from tui.backend.errors import ExitCode
from tui.backend.livecd import info, iso_file
from tui.backend.livecd.info import Info
from tui.backend.livecd.request import iso_argument, trusted
from tui.backend.verbs.verb import Query, Verb

if TYPE_CHECKING:
    from tui.backend.host import Host


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """The ISO's path (absolute); `verify`: compare its image with the checksum; `trusted` as for building."""

    iso: str = iso_argument()
    verify: bool = argument("compare the image with its checksum", default=False)
    trusted: bool = trusted("the ISO")


def _read(host: Host, request: InfoRequest) -> Info:
    iso = iso_file.find(host, request.iso, trusted=request.trusted)
    found = info.read(iso)
    return replace(found, verified=info.verify(iso, found)) if request.verify else found


def _status(found: Info) -> ExitCode:
    return ExitCode.FAILED if found.verified is False else ExitCode.DONE


VERB = Verb(
    name="livecd info",
    summary="tell what is on an ISO",
    examples=(
        ("livecd info live.iso", "label, kernel, default way, what boots it"),
        ("livecd info live.iso --verify", "status 1 where the image is not what was written"),
    ),
    request=InfoRequest,
    result=Info,
    work=Query(_read, _status),
)
