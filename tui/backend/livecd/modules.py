"""Which kernel modules a Live CD needs to find its medium and make its root, in loading order.

Source: modprobe(8), modules.dep(5); the names are those of Linux's Makefiles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.errors import Refused
from tui.backend.host import FileKind
from tui.backend.kernel import modules_dep
from tui.backend.livecd import inputs
from tui.backend.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.host import Host

_NEEDED = {
    "loop": "to attach the image",
    "isofs": "to read the medium",
    "squashfs": "to read the image",
    "ext4": "to read the image",
    "dm_snapshot": "for the way dm",
    "overlay": "for the way union",
}
"""Without these no Live CD, or one that cannot do what its menu says."""

_CHECKSUMS = ("crc32c_generic", "crc32c_intel")
"""ext4 asks for one by a name that modules.dep does not know."""

_DRIVERS = (
    "ata_piix ata_generic ahci nvme sr_mod sd_mod"
    " virtio_pci virtio_blk virtio_scsi vmw_pvscsi mptspi"
    " xhci_pci ehci_pci ohci_pci uhci_hcd usb_storage uas sdhci_pci mmc_block"
    " atkbd usbhid hid_generic"
).split()
"""Where a medium can be plugged in, and keyboards for the shell when it is not found."""

_FILE = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.,+@/-]*\.ko(\.(?:gz|xz|zst))?", re.ASCII)
"""A path in modules.dep that becomes a path here, a line that our init reads, and a name for insmod."""
_LONGEST = 64 << 20
"""Bytes of modules.dep: Debian's has less than one MiB."""
_DEEPEST = 100
"""No module needs one that needs one … so many times."""
_SUFFIX = re.compile(r"\.ko(\.(?:gz|xz|zst))?$")


@dataclass(frozen=True, slots=True)
class Modules:
    """Files relative to the modules' directory, each after those that it needs; `missing` are
    the drivers that this kernel does not have.
    """

    files: tuple[str, ...]
    missing: tuple[str, ...]


def name(path: str) -> str:
    """The module's name in the kernel, from the path of its file."""
    return _SUFFIX.sub("", path.rsplit("/", 1)[-1]).replace("-", "_")


def choose(host: Host, directory: str) -> Modules:
    """The modules for a Live CD from a directory such as /lib/modules/6.1.0. Refused, naming what
    is missing.
    """
    try:
        known = modules_dep.parse(inputs.text(host, f"{directory}/modules.dep", _LONGEST))
        built_in = frozenset(
            map(name, inputs.text(host, f"{directory}/modules.builtin", _LONGEST).split("\n"))
        )
    except OSError as error:
        raise Refused(
            f"{directory} holds no kernel modules: {error.filename or 'modules.dep'} cannot be read.",
            "Give the directory of this kernel's modules: --modules /lib/modules/RELEASE"
            " (depmod makes modules.dep).",
        ) from error
    found = select(known, built_in)
    for file in found.files:
        _check_inside(host, directory, file)
    return found


def _check_inside(host: Host, directory: str, file: str) -> None:
    """Refused where a file of the modules is not one, or a link to elsewhere."""
    path = f"{directory}/{file}"
    if not inputs.check(host, path).startswith(f"{host.resolve(directory)}/"):
        raise Refused(
            f"{path} is a link that leads out of the directory of the modules.",
            "Give the directory as the kernel's package has it: --modules DIR, or --fetch-kernel.",
        )
    if host.kind(path) not in (FileKind.FILE, None):
        raise Refused(f"{path} is not a file.", "Give the directory as the kernel's package has it.")


def select(known: Mapping[str, tuple[str, ...]], built_in: frozenset[str]) -> Modules:
    """What to load of the `known` files; pure. Refused when a needed one is not there."""
    by_name = {name(path): path for path in known}
    absent = [entry for entry in _NEEDED if entry not in by_name and entry not in built_in]
    if absent:
        raise Refused(
            f"This kernel lacks {', '.join(f'{entry} ({_NEEDED[entry]})' for entry in absent)}.",
            "Choose another kernel: --kernel VMLINUZ --modules DIR, or --fetch-kernel.",
        )
    wanted = [entry for entry in (*_CHECKSUMS, *_NEEDED, *_DRIVERS) if entry in by_name]
    order: dict[str, None] = {}
    for entry in wanted:
        _note(by_name[entry], known, order, ())
    missing = [entry for entry in _DRIVERS if entry not in by_name and entry not in built_in]
    return Modules(tuple(order), tuple(missing))


def _note(
    path: str, known: Mapping[str, tuple[str, ...]], order: dict[str, None], above: tuple[str, ...]
) -> None:
    """Note a module after those that it needs. Refused when modules.dep cannot be depmod's."""
    if path in order:
        return
    circle = path in above or len(above) > _DEEPEST
    if circle or not _FILE.fullmatch(path):
        fault = "needs itself" if circle else "is not the path of a module"
        raise Refused(
            f"modules.dep of this kernel is damaged: {clean(path, 200)} {fault}.",
            "Make it again with depmod, or choose another kernel: --kernel VMLINUZ --modules DIR.",
        )
    for need in known.get(path, ()):
        _note(need, known, order, (*above, path))
    order[path] = None
