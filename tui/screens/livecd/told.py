"""Roots, Live CDs and disks in words. Pure."""

from tui.backend import sizes
from tui.backend.livecd.info import Info
from tui.backend.livecd.offers import Offer
from tui.backend.livecd.roots import Root
from tui.backend.present.livecd_info import room


def root(found: Root) -> str:
    """What a root is, and what it starts."""
    kind = "a directory"
    if found.fstype:
        kind = f"an image of {found.fstype}"
    elif found.streams:
        parts = f" of {len(found.streams)} parts" if len(found.streams) > 1 else ""
        kind = f"an archive{parts}"
    held = f"{sizes.show(found.content)}" + ("" if found.fstype else f" in {found.entries:,} files")
    return f"{found.path} is {kind}: {held}. It starts {found.init}."


def medium(info: Info) -> tuple[tuple[str, str], ...]:
    """An ISO, as labels and values."""
    about = info.about
    boots = ", ".join(info.firmware) or "nothing"
    return (
        ("ISO", f"{info.path}, {sizes.show(info.size)}"),
        ("Label", info.label or "none"),
        ("Boots by", f"{boots}; as a CD{' or a stick' if info.hybrid else ''}"),
        ("Kernel", about.kernel or "unknown"),
        ("Starts", about.init or "unknown"),
        ("Writable", f"{about.way or 'unknown'}, with {room(about)} for changes"),
        ("Image", f"{about.image or 'unknown'}, {sizes.show(about.image_size)}"),
    )


def disk(offer: Offer) -> str:
    """A disk: what it is, and why it is not written to, or what will be lost."""
    target = offer.target
    if offer.refusal:
        what = f"{target.device.path}: {target.description}"
        return f"{what}.\nIt is not written to: {offer.refusal}."
    on_it = "".join(f"\n  {line}" for line in target.contents) or " nothing that is known"
    return f"{target.device.path}: {target.description}.\nAll that is on it will be lost:{on_it}"
