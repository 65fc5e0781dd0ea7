"""What is asked for when a sandbox is made."""

from dataclasses import dataclass

from tui.backend.sizes import SizeRequest

TMPFS = "tmpfs"
RAMDISK = "ramdisk"
AUTO = "auto"
"""The snapshot engine where the kernel has it, else overlay."""


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """The answers of the wizard or the options of the command line.

    `origin` is text as typed. `name` and `size` None mean: choose well. `mount` is a
    directory, None for the default one; `no_mount` for none at all. `chunk` is in bytes.
    `classic` is the 2008 recipe. `engine` is `auto`, `snapshot` or `overlay`. `suid_dev` lets
    programs with set-user-ID and device nodes work below a mount point of the user's choice.
    `hash` None means: image files only. `failing` says that the origin has sectors that cannot
    be read. `created` is in seconds since the epoch.
    """

    origin: str
    created: float
    name: str | None = None
    size: SizeRequest | None = None
    mount: str | None = None
    no_mount: bool = False
    store: str = TMPFS
    chunk: int | None = None
    classic: bool = False
    engine: str = AUTO
    suid_dev: bool = False
    hash: bool | None = None
    failing: bool = False
