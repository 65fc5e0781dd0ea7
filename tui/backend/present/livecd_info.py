"""`livecd info` for people. Pure."""

from tui.backend import sizes
from tui.backend.kernel.text import number
from tui.backend.livecd.about import About
from tui.backend.livecd.info import Info
from tui.backend.present.table import Facts

_MATCHES = {None: "", True: ", and has that", False: ", and has ANOTHER ONE: it is damaged"}


def shown(reading: Info) -> Facts:
    """What is on an ISO."""
    about = reading.about
    boots = [f"{kind}, as a CD{' or a stick' if reading.hybrid else ''}" for kind in reading.firmware]
    return Facts((
        ("ISO", f"{reading.path} ({sizes.show(reading.size)})"),
        ("label", reading.label or "none"),
        ("UUID", (reading.uuid or "none") + _mismatch(reading)),
        *(("boots by", words) for words in boots or ["nothing"]),
        ("kernel", about.kernel or "unknown"),
        ("way", f"{about.way or 'unknown'}, with {room(about)} for changes"),
        ("init", about.init or "unknown"),
        ("image", f"{about.image or 'unknown'} ({about.format or 'unknown'})"),
        ("", f"sha256 {about.image_sha256 or 'unknown'}{_MATCHES[reading.verified]}"),
        *(("files", f"/live/{file.name} ({sizes.show(file.size)})") for file in reading.files),
        ("built by", f"sandbox-tui {about.version or 'of unknown version'}"),
    ))  # fmt: skip


def room(about: About) -> str:
    """The room for changes."""
    size = about.size or ""
    if (known := number(size)) is not None:
        return sizes.show(known)
    return f"{size} of the memory" if size else "half of the free memory"


def _mismatch(found: Info) -> str:
    """Init looks for the medium by its UUID."""
    noted = found.about.uuid
    return "" if noted in ("", found.uuid) else f", but it was built with {noted}: it will not find itself"
