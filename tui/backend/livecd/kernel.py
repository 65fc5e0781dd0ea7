"""The kernel of a Live CD: an image and the directory of its modules.

Source of the image's header: Documentation/arch/x86/boot.rst of Linux.
"""

import re
import shlex
from dataclasses import dataclass

from tui.backend.errors import NotFound, Refused
from tui.backend.host import FileKind, Host
from tui.backend.livecd import inputs
from tui.backend.text import clean

_MAGIC, _MAGIC_AT = b"HdrS", 0x202
_VERSION_AT, _FLAGS_AT = 0x20E, 0x236
_SIXTY_FOUR = 1
_HEADER = 0x10000
"""Bytes in which the header and the version's text lie."""
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]*", re.ASCII)
_OTHERS = "Give one: --kernel VMLINUZ --modules DIR, or have Debian's fetched: --fetch-kernel."


@dataclass(frozen=True, slots=True)
class Kernel:
    """`image` and `modules` are paths; `release` is what uname -r will say."""

    image: str
    modules: str
    release: str


def find(host: Host, image: str | None, modules: str | None) -> Kernel:
    """The kernel that was asked for, or the running one. NotFound, Refused."""
    image = image or _running(host)
    if host.kind(image) is not FileKind.FILE:
        raise NotFound(f"There is no kernel {image}.", _OTHERS)
    image = inputs.check(host, image)
    release = read_release(host, image)
    directory = _modules(host, image, release, modules)
    return Kernel(image, directory, release)


def _running(host: Host) -> str:
    release = host.read("/proc/sys/kernel/osrelease").strip("\n")
    places = (f"/boot/vmlinuz-{release}", f"/lib/modules/{release}/vmlinuz", "/boot/vmlinuz")
    for place in places:
        if host.kind(place) is FileKind.FILE and read_release(host, place) == release:
            return host.resolve(place)
    raise Refused(f"The files of the running kernel {release} are not on this machine.", _OTHERS)


def read_release(host: Host, image: str) -> str:
    """The release that a kernel image says it is. Refused when it is no x86-64 Linux kernel."""
    with host.open(image) as file:
        head = file.read(_HEADER)
    if head[_MAGIC_AT : _MAGIC_AT + 4] != _MAGIC:
        raise Refused(f"{image} is no Linux kernel for PCs (bzImage).", _OTHERS)
    if not head[_FLAGS_AT] & _SIXTY_FOUR:
        raise Refused(f"{image} is a 32-bit kernel.", "Only x86-64 kernels are put on a Live CD.")
    start = int.from_bytes(head[_VERSION_AT : _VERSION_AT + 2], "little") + 0x200
    words = head[start : start + 200].split(b"\0")[0].decode("ascii", "replace").split(" ")
    if not words[0]:
        raise Refused(f"{image} does not say which release it is.", _OTHERS)
    return checked(words[0], image)


def checked(release: str, image: str) -> str:
    """A release that an image or package says it is; Refused when it is none: it becomes part of paths
    and texts.
    """
    if not _RELEASE.fullmatch(release):
        raise Refused(
            f"{clean(image)} says that its release is {clean(release)!r}, which is not a release.", _OTHERS
        )
    return release


_LIBRARIES = ("lib", "usr/lib")
"""Where a tree has its modules; packages since Debian 13 have them in the second."""


def _modules(host: Host, image: str, release: str, asked: str | None) -> str:
    """The directory of the modules: as asked (it, or one above it), else where they usually are.
    Refused where there are none of this release.
    """
    tops = (asked,) if asked else (image.rsplit("/", 2)[0], "")
    for place in _places(tops, release, near=asked is not None):
        if not host.resolve(place).endswith(f"/{release}"):
            continue
        if host.kind(f"{place}/modules.dep") is not None:
            return inputs.check(host, place, inside=True)
        if host.kind(f"{place}/kernel") is FileKind.DIRECTORY:
            raise _unlisted(host.resolve(place), release)
    raise _no_modules(host, tops, release)


def _places(tops: tuple[str, ...], release: str, *, near: bool) -> list[str]:
    """Directories in which the modules can be; `near`: what was named may be that directory itself."""
    close = ("", f"/{release}") if near else ()
    inside = (*close, *(f"/{library}/modules/{release}" for library in _LIBRARIES))
    return [f"{top}{part}" for top in tops for part in inside]


def _unlisted(place: str, release: str) -> Refused:
    """For modules as their package has them: the list of what they need is made when it is installed."""
    top, inside, _release = place.rpartition(f"/lib/modules/{release}")
    command = shlex.join(["depmod", "--basedir", top or "/", release])
    way = f"Make it: {command}." if inside else "Make it with depmod."
    return Refused(f"{clean(place)} has no modules.dep, the list of what each module needs.", clean(way))


def _no_modules(host: Host, tops: tuple[str, ...], release: str) -> Refused:
    others = sorted({name for top in tops for name in _releases(host, top)})
    where = " or ".join(dict.fromkeys(clean(top or "/lib/modules") for top in tops))
    held = f", only of {', '.join(map(clean, others))}" if others else ""
    return Refused(
        f"There are no modules of the kernel {release} in {where}{held}.",
        "Give their directory: --modules DIR (it is named like the release and has a modules.dep);"
        " or have Debian's kernel fetched with them: --fetch-kernel.",
    )


def _releases(host: Host, top: str) -> list[str]:
    """The releases of all modules in a place that was searched."""
    if host.kind(f"{top}/modules.dep") is not None:
        return [host.resolve(top).rsplit("/", 1)[-1]]
    found: list[str] = []
    for place in (top, *(f"{top}/{library}/modules" for library in _LIBRARIES)):
        try:
            names = host.listdir(place or "/")
        except OSError:
            continue
        found += [name for name in names if host.kind(f"{place}/{name}/modules.dep") is not None]
    return found
