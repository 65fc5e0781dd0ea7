"""Building a Live CD: from a request and readings of the machine to a plan."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from tui import __version__
from tui.backend.command import Ref, command
from tui.backend.errors import NotFound, Refused, UsageError
from tui.backend.host import FileKind
from tui.backend.livecd import DM, EXT2, EXT4, SQUASHFS, WAYS, boot, image, iso, kernel, menus, modules, roots
from tui.backend.livecd.shell import pipeline
from tui.backend.plan import Plan, Step

if TYPE_CHECKING:
    from tui.backend.command import Word
    from tui.backend.host import Host
    from tui.backend.livecd.boot import Contents
    from tui.backend.livecd.iso import Loader
    from tui.backend.livecd.kernel import Kernel
    from tui.backend.livecd.modules import Modules
    from tui.backend.livecd.request import BuildRequest
    from tui.backend.livecd.roots import Root

_INITS = ("/sbin/init", "/etc/init", "/bin/init", "/init", "/linuxrc")
"""Where a root may have its init; the kernel's own order, then those of initrds."""
_LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}", re.ASCII)
_DISK = "root.ext4"
"""The file system image inside the squashfs."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan to be shown and run, and what the Live CD will be: its default `way`, the `ways` in
    its menu, `label`, `format`, the `init` it starts, the kernel's `release`; `content` is what the
    root's files take and `room` what the file system can hold, in bytes.
    """

    plan: Plan
    output: str
    way: str
    ways: tuple[str, ...]
    label: str
    format: str
    init: str
    release: str
    content: int
    room: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Readings of the machine that a plan is made of."""

    root: Root
    kernel: Kernel
    modules: Modules
    contents: Contents
    loader: Loader


def prepare(host: Host, request: BuildRequest) -> Prepared:
    """Read and plan. Raises UsageError, NotFound, Refused or CommandFailed (a program is missing)."""
    _check_output(host, request.output)
    root = roots.find(host, request.root)
    chosen = kernel.find(host, request.kernel, request.modules)
    found = modules.choose(host, chosen.modules)
    return plan(request, Facts(root, chosen, found, boot.read(host), iso.read(host)))


def _check_output(host: Host, output: str) -> None:
    kind = host.kind(output)
    if kind is not None:
        raise Refused(f"{output} exists already.", "Choose another name, or remove it first.")
    directory = output.rsplit("/", 1)[0] or "/"
    if host.kind(directory) is not FileKind.DIRECTORY:
        raise NotFound(f"There is no directory {directory}.", "Make it first.")
    if host.kind(_work(output)) is not None:
        raise Refused(
            f"{_work(output)} exists: another build is at work there, or one was interrupted.",
            f"If none is at work: rm -r {quote(_work(output))}",
        )


def _work(output: str) -> str:
    return f"{output}.part"


def plan(request: BuildRequest, facts: Facts) -> Prepared:
    """The plan for a request. Pure."""
    listing = facts.root.listing
    way, label = request.way or DM, _label(request)
    kind = request.format or SQUASHFS
    init = _init(facts.root)
    epoch = listing.newest if request.epoch is None else request.epoch
    shape = image.shape(listing, kind)
    ways = tuple(WAYS)
    draft = _Draft(request, facts, way, ways, label, kind, init, epoch, shape)
    steps = draft.steps()
    made = Plan("livecd build", request.output, steps, draft.notes(), commit=len(steps) - 1)
    return Prepared(
        made, request.output, way, ways, label, kind, init, facts.kernel.release, listing.bytes, shape.size
    )


def _label(request: BuildRequest) -> str:
    if request.label is None:
        return "SANDBOX_LIVE"
    if not _LABEL.fullmatch(request.label):
        raise UsageError(
            f"{request.label!r} cannot be the label of a CD.",
            "Use 1 to 32 letters, digits, and _ . -, beginning with a letter or digit.",
        )
    return request.label


def _init(root: Root) -> str:
    for path in _INITS:
        if root.listing.follow(path) is not None:
            return path
    raise Refused(
        f"{root.path} has no init to start: none of {', '.join(_INITS)} is in it.",
        "Install one in it (Debian: systemd-sysv), or give the directory that has it.",
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """All decisions; from here on only steps are written."""

    request: BuildRequest
    facts: Facts
    way: str
    ways: tuple[str, ...]
    label: str
    format: str
    init: str
    epoch: int
    shape: image.Shape

    @property
    def work(self) -> str:
        return _work(self.request.output)

    @property
    def tree(self) -> str:
        return f"{self.work}/iso"

    @property
    def image_name(self) -> str:
        return {SQUASHFS: "root.squashfs", EXT4: "root.ext4", EXT2: "root.ext2"}[self.format]

    @property
    def image(self) -> str:
        return f"{self.tree}/live/{self.image_name}"

    @property
    def uuid(self) -> str:
        return iso.uuid(self.epoch)

    def notes(self) -> tuple[str, ...]:
        missing = self.facts.modules.missing
        return (
            (f"This kernel has no {', '.join(missing)}: what needs them cannot hold the medium.",)
            if missing
            else ()
        )

    def steps(self) -> tuple[Step, ...]:
        first = f"{self.work}/initramfs"
        shown = menus.entries(self.label, self.way, self.ways, self.request.append)
        about = f"{self.tree}/live/about.json"
        return (
            *self._places(),
            *self._image(),
            *self._measure(),
            Step("Describe the medium", command("printf", "%s", self._about(), output=about)),
            *boot.steps(first, self.facts.contents, self.facts.kernel, self.facts.modules),
            *boot.write_settings(first, self._settings(), about),
            *boot.pack(first, self.epoch, f"{self.tree}/live/initrd.gz"),
            Step(
                "Take the kernel",
                command("cp", "--dereference", self.facts.kernel.image, f"{self.tree}/live/vmlinuz"),
            ),
            *iso.bios_steps(self.tree, self.facts.loader, self.label, shown),
            *iso.efi_steps(self.tree, self.work, self.uuid, self.epoch, shown),
            boot.same_times(self.tree, self.epoch),
            iso.write_step(self.tree, f"{self.work}/out.iso", self.label, self.epoch, self.facts.loader),
            Step(
                "Give the ISO its name",
                command("mv", "--no-target-directory", f"{self.work}/out.iso", self.request.output),
            ),
            Step("Clear the place of work", command("rm", "--recursive", self.work)),
        )

    def _places(self) -> tuple[Step, ...]:
        remove = command("rm", "--recursive", "--force", self.work)
        inside = (f"{self.tree}/live", f"{self.tree}/isolinux", f"{self.tree}/boot/grub")
        return (
            Step("Make a place to work in", command("mkdir", self.work), remove),
            Step("Lay out the ISO", command("mkdir", "--parents", *inside)),
        )

    def _image(self) -> tuple[Step, ...]:
        compressed = self.format == SQUASHFS
        disk = f"{self.work}/{_DISK}" if compressed else self.image
        seed = str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox-tui:{self.label}:{self.epoch}"))
        made = image.from_directory(
            self.facts.root.path, disk, self.shape, format=self.format, seed=seed, epoch=self.epoch
        )
        return (*made, *(image.compress(disk, self.image, self.epoch) if compressed else ()))

    def _measure(self) -> tuple[Step, ...]:
        digest = pipeline('sha256sum "$1" | cut --characters=1-64', self.image)
        return (
            Step("Measure the image", command("stat", "--format=%s", self.image), capture="IMAGE_SIZE"),
            Step("Take its checksum", digest, capture="IMAGE_SHA256"),
        )

    def _about(self) -> Word:
        """The description as JSON, with what is only known when the image is there."""
        size = self.request.size
        known = {
            "version": __version__,
            "label": self.label,
            "way": self.way,
            "size": None if size is None else _size_text(self.request),
            "format": self.format,
            "image": self.image_name,
            "image_size": "IMAGE_SIZE",
            "image_sha256": "IMAGE_SHA256",
            "kernel": self.facts.kernel.release,
            "init": self.init,
            "epoch": self.epoch,
            "uuid": self.uuid,
        }
        text = json.dumps(known, indent=1) + "\n"
        before, _quote, rest = text.partition('"IMAGE_SIZE"')
        middle, _quote, after = rest.partition("IMAGE_SHA256")
        return (before, Ref("IMAGE_SIZE"), middle, Ref("IMAGE_SHA256"), after)

    def _settings(self) -> tuple[Word, ...]:
        texts = {
            "UUID": self.uuid,
            "WAY": self.way,
            "SIZE": _size_text(self.request),
            "IMAGE": self.image_name,
            "START": self.init,
            "VERSION": __version__,
            "DISK": _DISK if self.format == SQUASHFS else "",
            "TREE_SIZE": str(self.facts.root.listing.bytes),
        }
        lines: list[Word] = [f"{name}={quote(value)}" for name, value in texts.items()]
        return (*lines, ("IMAGE_SIZE=", Ref("IMAGE_SIZE")), ("IMAGE_SHA256=", Ref("IMAGE_SHA256")))


def _size_text(request: BuildRequest) -> str:
    """The size for changes as our init reads it; empty for its own choice."""
    size = request.size
    if size is None:
        return ""
    return f"{int(size.amount)}%" if size.unit == "%ram" else str(int(size.amount))
