"""What a person asks for when building a Live CD."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tui.backend import sizes
from tui.backend.argument import Complete, absolute, argument
from tui.backend.errors import UsageError
from tui.backend.livecd import FORMATS, WAYS
from tui.backend.sizes import SizeRequest


def trusted(what: str) -> bool:
    """The field of a request that reads foreign bytes. (Typed as what it holds.)"""
    field: bool = argument(
        f"read {what} as root, where this kernel gives no namespaces to confine that in", default=False
    )
    return field


def iso_argument() -> str:
    """The field of a request about an ISO. (Typed as what it holds.)"""
    field: str = argument(
        "what `livecd build` made", parse=absolute, metavar="OUT.iso", complete=Complete.FILE
    )
    return field


def _normal(path: str) -> str:
    return os.path.normpath(absolute(path)) if path else path


def _epoch(text: str) -> int:
    """As reproducible-builds.org/specs/source-date-epoch has it."""
    if not text.isdecimal():
        raise UsageError(
            f"SOURCE_DATE_EPOCH={text!r} is not a time.", "Set it to seconds since 1970, or unset it."
        )
    return int(text)


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """Paths are absolute. `way` and `format` None: the best for this root; `size` is the RAM for
    changes, None for half of what is free at boot; `kernel` and `modules` None: the running kernel's,
    or with `fetch_kernel` the one that Debian has;
    `append` are kernel options for every menu entry; `epoch` is the time that everything in the
    ISO carries, in seconds since 1970, None for that of the newest file of the root. `trusted`: the root is
    read without confinement where root can have none.
    """

    root: str = argument(
        "a directory, a tar or cpio archive, an initrd, or an image",
        parse=absolute,
        metavar="ROOT",
        complete=Complete.FILE,
    )
    output: str = argument(
        "the ISO to make",
        parse=_normal,
        metavar="OUT.iso",
        flags=("-o", "--output"),
        complete=Complete.FILE,
    )
    way: str | None = argument(
        "how its root is made writable, unless the boot menu says else",
        None,
        flags=("--writable",),
        choices=tuple(WAYS),
    )
    size: SizeRequest | None = argument(
        "RAM for the changes: 512M, 2GiB, 25%ram (default: half of what is free at boot)",
        None,
        parse=sizes.parse,
        complete=Complete.SIZE,
    )
    kernel: str | None = argument(
        "the kernel (default: the running one)",
        None,
        parse=absolute,
        metavar="VMLINUZ",
        complete=Complete.FILE,
    )
    modules: str | None = argument(
        "its modules (default: beside it, or /lib/modules)",
        None,
        parse=absolute,
        metavar="DIR",
        complete=Complete.DIRECTORY,
    )
    fetch_kernel: bool = argument("have apt download Debian's kernel; it is not installed", default=False)
    label: str | None = argument("the name of the medium (default: SANDBOX_LIVE)", None)
    format: str | None = argument(
        "the image's: compressed, or as it is (default: squashfs)", None, choices=FORMATS
    )
    append: str = argument(
        "kernel options for every entry of the boot menu, after ours", "", metavar="OPTIONS"
    )
    epoch: int | None = argument(
        "seconds since 1970: the time that everything on the ISO carries",
        None,
        parse=_epoch,
        environ="SOURCE_DATE_EPOCH",
    )
    trusted: bool = trusted("ROOT")
