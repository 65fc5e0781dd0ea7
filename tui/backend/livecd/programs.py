"""Programs that go on the Live CD: where they are here, and the libraries that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import run
from tui.backend.errors import CommandFailed, ProgramMissing, Refused
from tui.backend.host import FileKind
from tui.backend.kernel import ldd

if TYPE_CHECKING:
    from tui.backend.host import Host

_DIRECTORIES = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin")


def place(host: Host, program: str) -> str:
    """Where a program is on this machine. ProgramMissing when it is not there."""
    for directory in _DIRECTORIES:
        if host.kind(f"{directory}/{program}") is FileKind.FILE:
            return f"{directory}/{program}"
    raise run.missing(program)


def libraries(host: Host, path: str) -> tuple[str, ...]:
    """The files that a program is linked with, as ldd(1) names them; none when it is static.
    ProgramMissing without ldd.
    """
    try:
        return ldd.libraries(host.run(["ldd", path], timeout=20))
    except ProgramMissing:
        raise
    except CommandFailed:
        return ()


def static_busybox(host: Host) -> str:
    """A busybox that needs no libraries. ProgramMissing or Refused where there is none."""
    path = place(host, "busybox")
    if libraries(host, path):
        raise Refused(
            f"{path} needs libraries, which are not there when the Live CD starts.",
            "Install a static one (Debian: apt-get install busybox-static).",
        )
    return path
