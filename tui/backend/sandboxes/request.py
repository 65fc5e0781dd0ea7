"""What is asked for when a sandbox is made."""

from __future__ import annotations

from dataclasses import dataclass

from tui.backend import sizes
from tui.backend.argument import Complete, absolute, argument
from tui.backend.inventory.engines import ENGINES
from tui.backend.sizes import SizeRequest
from tui.backend.stores import AUTO as BEST
from tui.backend.stores import STORES

AUTO = "auto"
"""The snapshot engine where the kernel has it, else overlay."""

SIZES = "512M, 1GiB, 10%origin, 25%ram, or max (cannot overflow)"
"""How a size can be given."""


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """The answers of the wizard or the options of the command line.

    `origin` is text as typed. `name` and `size` None mean: choose well. `mount` is a
    directory, None for the default one; `no_mount` for none at all. `chunk` is in bytes.
    `classic` is the 2008 recipe. `engine` is `auto`, `snapshot` or `overlay`. `suid_dev` lets
    programs with set-user-ID and device nodes work below a mount point of the user's choice.
    `hash` None means: image files only. `failing` says that the origin has sectors that cannot
    be read. `created` is in seconds since the epoch, 0 for now.
    """

    origin: str = argument(
        "a block device, LABEL=…, UUID=…, PARTLABEL=…, PARTUUID=…, an image, or a directory",
        metavar="ORIGIN",
        complete=Complete.ORIGIN,
    )
    name: str | None = argument("its name (default: made from the origin's)", None)
    size: SizeRequest | None = argument(
        f"RAM for the changes: {SIZES} (default: what cannot overflow, or half of the free RAM)",
        None,
        parse=sizes.parse,
        complete=Complete.SIZE,
    )
    mount: str | None = argument(
        "mount it here (default: a directory of its own)",
        None,
        parse=absolute,
        metavar="DIR",
        complete=Complete.DIRECTORY,
        group="place",
    )
    no_mount: bool = argument("make the device only", default=False, group="place")
    engine: str = argument(
        "by block (device-mapper) or by file (overlayfs); auto: snapshot where the kernel can",
        AUTO,
        choices=(AUTO, *ENGINES),
    )
    store: str = argument(
        "where changes live; auto: ram where the kernel can, else tmpfs", BEST, choices=(BEST, *STORES)
    )
    chunk: int | None = argument(
        "unit of change, a power of two (default: 4K)", None, parse=sizes.parse_bytes, metavar="SIZE"
    )
    failing: bool = argument("the disk has unreadable sectors: chunks of one sector", default=False)
    classic: bool = argument("the recipe of 2008: no metadata, chunk 512, /dev/ram0", default=False)
    hash: bool | None = argument(
        "hash the origin now and at the end, as a proof (default: image files only)", None, either=True
    )
    suid_dev: bool = argument("with --mount: allow set-user-ID programs and device nodes", default=False)
    created: float = 0.0
