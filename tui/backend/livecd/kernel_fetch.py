"""A kernel from Debian's archive: downloaded and unpacked into a cache, never installed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import requirements, trust
from tui.backend.command import command
from tui.backend.errors import CommandFailed, Refused
from tui.backend.kernel import apt_cache
from tui.backend.livecd import kernel
from tui.backend.livecd.shell import pipeline
from tui.backend.plan import Plan, Step

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.livecd.kernel import Kernel

_META = "linux-image-amd64"
_REMEDY = (
    "Try again after `apt-get update`, with a network; or give a kernel: --kernel VMLINUZ --modules DIR."
)
_DEPMOD = '[ -d "$1/lib/modules" ] && exec depmod --basedir "$1" "$2"; exec depmod --basedir "$1/usr" "$2"'
"""depmod looks into lib/modules; since Debian 13 packages have their modules in usr/lib/modules."""


def cache() -> str:
    """Where fetched kernels are kept: one directory for each release."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return f"{base}/sandbox-tui/livecd-kernel"


def fetched(host: Host) -> Kernel | None:
    """The kernel that Debian has now, if it was fetched before."""
    _package, release = _newest(host)
    tree = f"{cache()}/{release}"
    if host.kind(tree) is None:
        return None
    return kernel.find(host, f"{tree}/boot/vmlinuz-{release}", None)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The plan, and the release of the kernel that it fetches."""

    plan: Plan
    release: str


def prepare(host: Host) -> Prepared:
    """The plan that fetches it. Refused where apt does not know one."""
    package, release = _newest(host)
    if reason := trust.fault(host, cache(), inside=True):
        raise Refused(
            f"Root cannot keep a kernel in {cache()}: {reason}.",
            "Set XDG_CACHE_HOME to a directory of root's, or fetch as that user.",
        )
    tree, work = f"{cache()}/{release}", f"{cache()}/{release}.part"
    clear = command("rm", "--recursive", "--force", work)
    download = ("apt-get", "download", "--quiet", "-o", "APT::Sandbox::User=", package)
    steps = (
        Step("Clear an interrupted download", clear),
        Step("Make a place for it", command("mkdir", "--parents", work), clear),
        Step(f"Download {package}", command("env", f"--chdir={work}", *download), remedy=_REMEDY),
        Step("Unpack it, without installing it", pipeline('dpkg-deb --extract "$1"/*.deb "$1"', work)),
        Step("Note what its modules need", pipeline(_DEPMOD, work, release)),
        Step("Clear the download", pipeline('rm "$1"/*.deb', work)),
        Step("Give it its name", command("mv", "--no-target-directory", work, tree)),
    )
    return Prepared(requirements.check(host, Plan("livecd fetch-kernel", release, steps)), release)


def _newest(host: Host) -> tuple[str, str]:
    """Package and release of the kernel that Debian's meta package stands for."""
    try:
        found = apt_cache.kernel(host.run(["apt-cache", "depends", _META], timeout=60))
    except CommandFailed as error:
        raise Refused(
            f"No kernel can be fetched: {error.sentence}", "Give one: --kernel VMLINUZ --modules DIR."
        ) from error
    if found is None:
        raise Refused(
            f"apt knows no {_META}, so no kernel can be fetched.",
            "Try after: apt-get update. Or give one: --kernel VMLINUZ --modules DIR.",
        )
    package, release = found
    return package, kernel.checked(release, package)
