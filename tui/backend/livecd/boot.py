"""The initramfs: a static busybox, a few programs with their libraries, modules, and our init."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.command import command
from tui.backend.livecd import programs
from tui.backend.livecd.shell import pipeline
from tui.backend.plan import Step
from tui.backend.sandboxes import frame

if TYPE_CHECKING:
    from tui.backend.command import Word
    from tui.backend.host import Host
    from tui.backend.livecd.kernel import Kernel
    from tui.backend.livecd.modules import Modules

_INIT = os.path.join(os.path.dirname(__file__), "init.sh")
_PROGRAMS = ("dmsetup", "blkid", "cp")
"""What busybox has not, or not well enough: its cp loses extended attributes."""
_DIRECTORIES = ("bin", "modules")
_UNPACK = {"gz": ("gzip", "-d"), "xz": ("xz", "-d"), "zst": ("zstd", "-d", "-q", "--rm")}


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes in: paths on this machine. `programs` by their names there."""

    busybox: str
    programs: tuple[tuple[str, str], ...]
    libraries: tuple[str, ...]
    init: str


NEEDS = ("busybox", *_PROGRAMS, "ldd")
"""Programs that have to be there for `read`."""
NOTHING = Contents("busybox", tuple((name, name) for name in _PROGRAMS), (), "")


def read(host: Host) -> Contents:
    """Look for all that is needed. ProgramMissing or Refused where something is missing."""
    found = tuple((f"gnu-{name}" if name == "cp" else name, programs.place(host, name)) for name in _PROGRAMS)
    linked = (library for _name, path in found for library in programs.libraries(host, path))
    with open(_INIT, encoding="utf-8") as file:
        init = file.read()
    return Contents(programs.static_busybox(host), found, tuple(sorted(set(linked))), init)


def steps(place: str, contents: Contents, kernel: Kernel, modules: Modules) -> tuple[Step, ...]:
    """Steps that lay the tree of the initramfs out in a directory."""
    copies = (
        Step(
            f"Take {path}",
            command("cp", "--dereference", path, f"{place}/bin/{name}"),
        )
        for name, path in (("busybox", contents.busybox), *contents.programs)
    )
    return (
        Step(
            "Lay out the first system (initramfs)",
            command("mkdir", "--parents", *(f"{place}/{name}" for name in _DIRECTORIES)),
        ),
        *copies,
        Step(
            "Take the libraries that these are linked with",
            command("cp", "--dereference", "--parents", f"--target-directory={place}", *contents.libraries),
        ),
        *_modules(place, kernel, modules),
        Step("Write its init", frame.write(f"{place}/init", contents.init)),
        Step("Let it be run", command("chmod", "0755", f"{place}/init")),
    )


def _modules(place: str, kernel: Kernel, modules: Modules) -> tuple[Step, ...]:
    if not modules.files:
        return (Step("No modules are needed", frame.write(f"{place}/modules/order", "")),)
    base = [file.rsplit("/", 1)[-1] for file in modules.files]
    plain = [name[: name.index(".ko") + 3] for name in base]
    files = (f"{kernel.modules}/{file}" for file in modules.files)
    packed = (
        Step(
            "Decompress them",
            command(*tool, *(f"{place}/modules/{name}" for name in base if name.endswith(f".{suffix}"))),
        )
        for suffix, tool in _UNPACK.items()
        if any(name.endswith(f".{suffix}") for name in base)
    )
    return (
        Step(
            f"Take the modules of the kernel {kernel.release}",
            command("cp", "--dereference", f"--target-directory={place}/modules", *files),
        ),
        *packed,
        Step("Note their order", frame.write(f"{place}/modules/order", "".join(f"{n}\n" for n in plain))),
    )


def write_settings(place: str, settings: tuple[Word, ...], about: str) -> tuple[Step, ...]:
    """Steps that tell our init what it is for. `settings` are lines of shell."""
    return (
        Step("Tell it what to look for", command("printf", r"%s\n", *settings, output=f"{place}/live.conf")),
        Step("Give it the description of the medium", command("cp", about, f"{place}/about.json")),
    )


def pack(place: str, epoch: int, output: str) -> tuple[Step, ...]:
    """Steps from the tree to a compressed cpio archive, the same each time."""
    line = (
        'cd "$1"; find . -print0 | LC_ALL=C sort --zero-terminated'
        " | cpio --null --create --format=newc --reproducible --owner=+0:+0 --quiet | gzip --no-name"
    )
    return (same_times(place, epoch), Step("Pack the initramfs", pipeline(line, place, output=output)))


def same_times(place: str, epoch: int) -> Step:
    """Give all in a directory one time."""
    touch = ("touch", "--no-dereference", f"--date=@{epoch}", "{}", "+")
    return Step("Give all in it the same time", command("find", place, "-depth", "-exec", *touch))
