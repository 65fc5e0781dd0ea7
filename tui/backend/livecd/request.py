"""What a person asks for when building a Live CD."""

from dataclasses import dataclass

from tui.backend.sizes import SizeRequest


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """Paths are absolute. `way` and `format` None: the best for this root; `size` is the RAM for
    changes, None for half of what is free at boot; `kernel` and `modules` None: the running kernel's,
    or with `fetch_kernel` the one that Debian has;
    `append` are kernel options for every menu entry; `epoch` is the time that everything in the
    ISO carries, in seconds since 1970, None for that of the newest file of the root. `trusted`: the root is
    read without confinement where root can have none.
    """

    root: str
    output: str
    way: str | None = None
    size: SizeRequest | None = None
    kernel: str | None = None
    modules: str | None = None
    label: str | None = None
    format: str | None = None
    append: str = ""
    epoch: int | None = None
    fetch_kernel: bool = False
    trusted: bool = False
