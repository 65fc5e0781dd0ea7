"""How programs are run that handle what others made: an archive or an image may be made to take one over.

As root they become a user that owns nothing, and as whom nothing else runs, without any right; for an
image, which has to be opened by its name, with that of reading all files, and never so for an archive, which
may name files of this machine as its contents. They run in mount, network and IPC namespaces of their own,
where all is read-only but the place of work. All others run them as themselves: nothing is gained by taking
over what one is. Their memory is limited.

Source of the number: Debian policy 9.2.2 has 65000 to 65533 reserved, systemd's UIDS-GIDS.md has 65520 to
65533 unused; containers with 65536 users have it too. Not nobody (65534): other services run as that.
Sources: unshare(1), setpriv(1), prlimit(1), mount_namespaces(7), capabilities(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import requirements
from tui.backend.errors import CommandFailed, Refused

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
test "${options%%,*}" = ro || mount -o remount,bind,ro "$place" 2>/dev/null || \
test "$place" != /; done </proc/self/mountinfo; \
if test -n "$1"; then mount -o remount,bind,rw "$1"; cd "$1"; fi; shift; exec "$@\""""
"""$1 is the place of work, empty for none. What is hidden below another mount cannot be remounted, and not be
reached either. mountinfo escapes as printf does.
"""
_NAMESPACES = ("unshare", "--mount", "--net", "--ipc", "--propagation=private")


def words(*, as_root: bool, work: str = "", reading: bool = False) -> tuple[str, ...]:
    """What comes before such a program and its arguments; the last word is `--`. `work` is the directory that
    it may write to, and begins in; for who is not root it does so anyway. `reading`: it may read all files.
    """
    limits = ("prlimit", f"--data={_MEMORY}", "--core=0", "--")
    if not as_root:
        return limits
    user = ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--no-new-privs")
    kept = _READING if reading else _NOTHING
    rights = (f"--bounding-set={kept}", f"--inh-caps={kept}", f"--ambient-caps={kept}")
    return (*_NAMESPACES, "bash", "-eu", "-c", _READ_ONLY, "bash", work, *user, *rights, *limits)


def programs(*, as_root: bool) -> tuple[str, ...]:
    """The names of the programs by which others are made harmless."""
    return ("unshare", "bash", "mount", "setpriv", "prlimit") if as_root else ("prlimit",)


def check(host: Host) -> None:
    """Refused where root cannot run them like that, or programs are missing."""
    requirements.need(host, programs(as_root=host.is_root()))
    if not host.is_root():
        return
    try:
        host.run([*words(as_root=True), "bash", "-c", ":"], timeout=60)
    except CommandFailed as error:
        raise Refused(
            f"Root does not read what others made: this kernel gives no namespaces to read it in ({error}).",
            "Build as a user without rights.",
        ) from error
