"""`livecd test`: boot an ISO in QEMU, and tell how long it takes until it is ready."""

from __future__ import annotations

from dataclasses import dataclass

from tui.backend.argument import argument
from tui.backend.livecd.qemu import Boot, Machine
from tui.backend.verbs.verb import Key, Verb


@dataclass(frozen=True, slots=True)
class TestRequest(Machine):
    """The machine that boots it; `verbose`: show what it says while it boots."""

    verbose: bool = argument("show what the machine says while it boots", default=False)


VERB = Verb(
    name="livecd test",
    summary="boot an ISO in QEMU and tell how long it takes until it is ready",
    examples=(
        ("livecd test OUT.iso", "as a CD, by BIOS, with 2 GiB of RAM"),
        ("livecd test live.iso --firmware uefi --usb --verbose", "as a stick, by UEFI, with its console"),
    ),
    request=TestRequest,
    result=Boot,
    key=Key(
        "boot",
        "b",
        "Boot it in QEMU",
        "Boot the Live CD in a virtual machine, until it is ready.",
        ("livecd",),
        ("livecd",),
    ),
)
