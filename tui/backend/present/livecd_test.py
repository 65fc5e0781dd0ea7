"""`livecd test` for people. Pure."""

from tui.backend import sizes
from tui.backend.livecd import qemu
from tui.backend.livecd.qemu import Boot
from tui.backend.present.table import Facts


def shown(reading: Boot) -> Facts:
    """How the boot went."""
    ready = reading.ready
    kernel = "unknown" if ready.seconds is None else f"{ready.seconds:.1f} s"
    return Facts((
        ("ready", f"{ready.way}, {sizes.show(ready.room)} for changes"),
        ("kernel start to ready", kernel),
        ("in all", f"{reading.seconds:.1f} s ({accelerator(reading.accelerator)})"),
    ))  # fmt: skip


def accelerator(name: str | None) -> str:
    """What runs a virtual machine, and why; None: nothing but software."""
    return brief(name) if name == qemu.KVM else f"{brief(name)}: KVM does not work here"


def brief(name: str | None) -> str:
    """What runs a virtual machine."""
    return "KVM" if name == qemu.KVM else "software emulation"
