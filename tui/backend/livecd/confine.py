"""How programs are run that read what others made: an archive or an image may be made to take one over.

They run in mount, network and IPC namespaces of their own, where all is read-only but the place of work,
without any right, and their memory is limited. As root they also become a user that owns nothing, and as
whom nothing else runs; for an image, which has to be opened by its name, with the right of reading all
files, and never so for an archive, which may name files of this machine as its contents. All others get
such namespaces by one of users, where the kernel gives one.

Source of the number: Debian policy 9.2.2 has 65000 to 65533 reserved, systemd's UIDS-GIDS.md has 65520 to
65533 unused; containers with 65536 users have it too. Not nobody (65534): other services run as that.
Sources: unshare(1), setpriv(1), prlimit(1), mount_namespaces(7), user_namespaces(7), capabilities(7).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tui.backend import requirements
from tui.backend.errors import CommandFailed, ProgramMissing, Refused

if TYPE_CHECKING:
    from tui.backend.host import Host

UID = 65530
_MEMORY = 4 << 30
"""Bytes that such a program may take: xz and zstd need up to 2 GiB for what was compressed that well."""
_NOTHING = "-all"
_READING = "-all,+dac_read_search"
_READ_ONLY = """\
if test -n "$1"; then mount --bind "$1" "$1"; fi; \
while read -r _ _ _ _ place options _; do place=${place//%/%%}; printf -v place "$place"; \
test "${options%%,*}" = ro || mount -o "remount,bind,ro${options#rw}" "$place" 2>/dev/null || \
test "$place" != /; done </proc/self/mountinfo; \
if test -n "$1"; then mount -o remount,bind,rw "$1"; cd "$1"; fi; shift; exec "$@\""""
"""$1 is the place of work, empty for none. What is hidden below another mount cannot be remounted, and not be
reached either. mountinfo escapes as printf does; the options that a mount has are kept, for who is not root
may not take them away.
"""
_NO_LINKS = 'mount --bind "$1" "$1"; mount -o remount,bind,ro,nosymfollow "$1"; shift; exec "$@"'
_NAMESPACES = ("--mount", "--net", "--ipc", "--propagation=private")
_LIMITS = ("prlimit", f"--data={_MEMORY}", "--core=0", "--")


class Confinement(Enum):
    """What keeps such a program from doing harm."""

    USER = "a user that owns nothing, in namespaces of its own"
    NAMESPACES = "namespaces of its own, by one of users"
    LIMITS = "a limit of its memory only"

    def words(self, *, work: str = "", reading: bool = False) -> tuple[str, ...]:
        """What comes before a program and its arguments; the last word is `--`. `work` is the directory that
        it may write to, and begins in where there are namespaces. `reading`: it may read all files.
        """
        if self is Confinement.LIMITS:
            return _LIMITS
        kept = _READING if reading and self is Confinement.USER else _NOTHING
        rights = (f"--bounding-set={kept}", f"--inh-caps={kept}", f"--ambient-caps={kept}")
        user: tuple[str, ...] = ()
        unshare: tuple[str, ...] = ("unshare", "--user", "--map-root-user", *_NAMESPACES)
        if self is Confinement.USER:
            unshare = ("unshare", *_NAMESPACES)
            user = (f"--reuid={UID}", f"--regid={UID}", "--clear-groups")
        become = ("setpriv", *user, "--no-new-privs", *rights)
        return (*unshare, "bash", "-eu", "-c", _READ_ONLY, "bash", work, *become, *_LIMITS)

    def without_links(self, directory: str) -> tuple[str, ...]:
        """What comes before a program by which root reads a directory's files by their names: whoever can
        write into it could put a link there at the last moment. No link is followed in it.
        """
        if self is not Confinement.USER:
            return ()
        unshare = ("unshare", "--mount", "--propagation=private")
        return (*unshare, "bash", "-eu", "-c", _NO_LINKS, "bash", directory, *_LIMITS)

    @property
    def programs(self) -> tuple[str, ...]:
        """The names of the programs that do it."""
        return ("prlimit",) if self is Confinement.LIMITS else _PROGRAMS

    @property
    def owner(self) -> tuple[str, ...]:
        """The options of install(1) that give it its place of work."""
        return (f"--owner={UID}", f"--group={UID}") if self is Confinement.USER else ()


_PROGRAMS = ("unshare", "bash", "mount", "setpriv", "prlimit")


def settle(host: Host, *, trusted: bool = False) -> Confinement:
    """The best that there is here. Refused where root has no namespaces, unless what is read is `trusted`;
    ProgramMissing where a program is.
    """
    if host.is_root() and not trusted:
        requirements.need(host, _PROGRAMS)
        try:
            _try(host, Confinement.USER)
        except CommandFailed as error:
            raise Refused(
                f"Root does not read what others made: this kernel gives no namespaces for it ({error}).",
                "Do it as a user without rights; or, if you made it yourself and nobody else could change it,"
                " add --trusted.",
            ) from error
        return Confinement.USER
    requirements.need(host, ("prlimit",))
    try:
        _try(host, Confinement.NAMESPACES)
    except (CommandFailed, ProgramMissing):
        return Confinement.LIMITS
    return Confinement.NAMESPACES


def _try(host: Host, confinement: Confinement) -> None:
    host.run([*confinement.words(), "bash", "-c", ":"], timeout=60)
