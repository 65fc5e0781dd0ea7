"""Building a Live CD: from a request and readings of the machine to a plan."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from shlex import quote
from typing import TYPE_CHECKING

from tui import __version__
from tui.backend import requirements, sizes
from tui.backend.command import Ref, command
from tui.backend.errors import NotFound, Refused, UsageError
from tui.backend.livecd import (
    DM,
    EXT2,
    EXT4,
    SQUASHFS,
    WAYS,
    boot,
    confine,
    image,
    iso,
    kernel,
    kernel_fetch,
    menus,
    modules,
    output,
    roots,
    wishes,
)
from tui.backend.livecd.about import About
from tui.backend.livecd.image import Disk
from tui.backend.livecd.shell import pipeline
from tui.backend.plan import Plan, Step
from tui.backend.text import clean

if TYPE_CHECKING:
    from tui.backend.command import Word
    from tui.backend.host import Host
    from tui.backend.livecd.boot import Contents
    from tui.backend.livecd.confine import Confinement
    from tui.backend.livecd.iso import Loader
    from tui.backend.livecd.kernel import Kernel
    from tui.backend.livecd.modules import Modules
    from tui.backend.livecd.request import BuildRequest
    from tui.backend.livecd.roots import Root
    from tui.backend.sizes import SizeRequest

_BEST_COMPRESSION = 20
"""No root was seen to shrink to less than this part of its size."""
_DISK = "root.ext4"
"""The file system image inside the squashfs."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan to be shown and run, and what the Live CD will be: its default `way`, the `ways` in
    its menu, `label`, `format`, the `init` it starts, the kernel's `release`; `content` is what the
    root's files take and `room` what the file system can hold, in bytes; `epoch` is the one time that
    everything in it carries, in seconds since 1970.
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
    epoch: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Readings of the machine that a plan is made of."""

    root: Root
    kernel: Kernel
    modules: Modules
    contents: Contents
    loader: Loader
    confinement: Confinement


def prepare(host: Host, request: BuildRequest) -> Prepared:
    """Read and plan. Raises UsageError, NotFound, Refused or ProgramMissing."""
    request = replace(request, output=output.settle(host, request.output))
    root = roots.find(host, request.root, trusted=request.trusted)
    chosen = _kernel(host, request)
    found = modules.choose(host, chosen.modules)
    # where its programs are missing, the plan is made all the same, to name those that it lacks as well
    whole = all(map(host.has_program, boot.NEEDS))
    contents = boot.read(host) if whole else boot.NOTHING
    confinement = confine.settle(host, trusted=request.trusted)
    facts = Facts(root, chosen, found, contents, iso.read(host), confinement)
    prepared = plan(request, facts)
    requirements.need(host, (*boot.NEEDS, *requirements.programs(prepared.plan)))
    _enough_room(host, prepared)
    return prepared


def _kernel(host: Host, request: BuildRequest) -> Kernel:
    if not request.fetch_kernel:
        return kernel.find(host, request.kernel, request.modules)
    found = kernel_fetch.fetched(host)
    if found is None:
        raise NotFound(
            "Debian's kernel was not fetched yet.", "`sandbox-tui livecd build --fetch-kernel` does."
        )
    return found


def _enough_room(host: Host, prepared: Prepared) -> None:
    """Only what is sure to be too much: how well a root compresses is not known before."""
    directory = prepared.output.rsplit("/", 1)[0] or "/"
    there = host.room(directory)
    least = prepared.content // (_BEST_COMPRESSION if prepared.format == SQUASHFS else 1)
    if there.size - there.used < least:
        raise Refused(
            f"{directory} has {sizes.show(there.size - there.used)} free, and the image alone takes"
            f" {sizes.show(least)} or more.",
            "Choose another place for the ISO, or free some room there.",
        )


def plan(request: BuildRequest, facts: Facts) -> Prepared:
    """The plan for a request. Pure."""
    root = facts.root
    way, ways = _way(request, root)
    kind, label = _format(request, root), wishes.label(request)
    epoch = wishes.epoch(request, root)
    disk = _disk(request, root, kind, label, epoch)
    draft = _Draft(replace(request, append=wishes.append(request.append)), facts, way, ways, label, disk)
    steps = draft.steps()
    made = Plan("livecd build", request.output, steps, draft.notes(), commit=len(steps) - 1)
    return Prepared(
        plan=made,
        output=request.output,
        way=way,
        ways=ways,
        label=label,
        format=kind,
        init=root.init,
        release=facts.kernel.release,
        content=root.content,
        room=root.content if root.fstype else disk.size,
        epoch=epoch,
    )


def _disk(request: BuildRequest, root: Root, kind: str, label: str, epoch: int) -> Disk:
    asked = request.size
    changes = int(asked.amount) if asked is not None and asked.unit == "bytes" else 0
    size, inodes = image.room(root, kind, changes)
    seed = str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox-tui:{label}:{epoch}"))
    return Disk(f"{output.work(request.output)}/{_DISK}", kind, size, inodes, seed, epoch)


def _format(request: BuildRequest, root: Root) -> str:
    """An image stays what it is unless it is to be compressed."""
    own = {"ext2": EXT2, "ext3": EXT4, "ext4": EXT4, "squashfs": SQUASHFS}.get(root.fstype)
    wanted = request.format or own or SQUASHFS
    if own is not None and wanted not in (own, SQUASHFS):
        raise Refused(
            f"{root.path} is an image of {root.fstype}, which is not made into {wanted}.",
            "Leave --format out, or mount it read-only and give the directory.",
        )
    return wanted


def possible_ways(root: Root) -> tuple[str, ...]:
    """The ways that a root can have, the best first."""
    return tuple(way for way in WAYS if way != DM or root.fstype != "squashfs")


def _way(request: BuildRequest, root: Root) -> tuple[str, tuple[str, ...]]:
    """The default way, and all that this root can have."""
    ways = possible_ways(root)
    if request.way is not None and request.way not in ways:
        raise Refused(
            f"{root.path} is a squashfs, which cannot be written to, not even through a snapshot.",
            "Choose --writable union, or give the directory that it was made of.",
        )
    return request.way or ways[0], ways


@dataclass(frozen=True, slots=True)
class _Draft:
    """All decisions; from here on only steps are written."""

    request: BuildRequest
    facts: Facts
    way: str
    ways: tuple[str, ...]
    label: str
    disk: Disk

    @property
    def epoch(self) -> int:
        """The one time that everything carries, in seconds since 1970."""
        return self.disk.epoch

    @property
    def format(self) -> str:
        """What the image on the medium is: squashfs, ext4 or ext2."""
        return self.disk.format

    @property
    def nested(self) -> str:
        """The disk inside the image: a name, empty where the image is the disk, `-` for none."""
        if self.facts.root.fstype == "squashfs":
            return "-"
        return _DISK if self.format == SQUASHFS else ""

    @property
    def work(self) -> str:
        """The directory beside the output in which all is made."""
        return output.work(self.request.output)

    @property
    def tree(self) -> str:
        """The directory that becomes the ISO."""
        return f"{self.work}/iso"

    @property
    def image_name(self) -> str:
        """The name of the image in the medium's /live."""
        return {SQUASHFS: "root.squashfs", EXT4: "root.ext4", EXT2: "root.ext2"}[self.format]

    @property
    def image(self) -> str:
        """The path of the image while the ISO is laid out."""
        return f"{self.tree}/live/{self.image_name}"

    @property
    def uuid(self) -> str:
        """The ISO's UUID as blkid prints it, by which init finds its medium."""
        return iso.uuid(self.epoch)

    def notes(self) -> tuple[str, ...]:
        """What people should know before they agree."""
        missing = self.facts.modules.missing
        foreign = sorted({clean(entry.name) for entry in self.facts.root.attributes if not entry.known})
        notes = []
        if missing:
            notes.append(f"This kernel has no {', '.join(missing)}: what needs them cannot hold the medium.")
        if foreign:
            notes.append(f"These attributes are left out, because Linux has no such: {', '.join(foreign)}.")
        return tuple(notes)

    def steps(self) -> tuple[Step, ...]:
        """All steps; the last one only cleans up, for the ISO has its name by then."""
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
            Step("Make a place to work in", command("mkdir", "--mode=0700", self.work), remove),
            Step("Lay out the ISO", command("mkdir", "--parents", *inside)),
        )

    def _image(self) -> tuple[Step, ...]:
        root, disk = self.facts.root, self.disk
        if root.fstype and self.nested != _DISK:
            return (image.copy(root, self.image),)
        if root.fstype:
            made: tuple[Step, ...] = (image.copy(root, disk.path),)
        elif root.streams:
            made = image.from_archive(root, disk, f"{self.work}/unpack", self.facts.confinement)
        else:
            made = image.from_directory(root, disk, self.facts.confinement)
        if self.format == SQUASHFS:
            last: tuple[Step, ...] = (
                image.compress(disk.path, self.image, self.epoch),
                image.remove(disk.path),
            )
        else:
            last = (Step("Put it on the medium", command("mv", disk.path, self.image)),)
        return (*made, *last)

    def _measure(self) -> tuple[Step, ...]:
        digest = pipeline('sha256sum <"$1" | cut --characters=1-64', self.image)
        return (
            Step("Measure the image", command("stat", "--format=%s", self.image), capture="IMAGE_SIZE"),
            Step("Take its checksum", digest, capture="IMAGE_SHA256"),
        )

    def _about(self) -> Word:
        """The description as JSON, with what is only known when the image is there."""
        text = About(
            version=__version__,
            label=self.label,
            way=self.way,
            size=size_text(self.request.size) or None,
            format=self.format,
            image=self.image_name,
            image_size=0,
            image_sha256="IMAGE_SHA256",
            kernel=self.facts.kernel.release,
            init=self.facts.root.init,
            epoch=self.epoch,
            uuid=self.uuid,
        ).text()
        before, key, rest = text.partition('"image_size": ')
        middle, _mark, after = rest.removeprefix("0").partition("IMAGE_SHA256")
        return (before + key, Ref("IMAGE_SIZE"), middle, Ref("IMAGE_SHA256"), after)

    def _settings(self) -> tuple[Word, ...]:
        texts = {
            "UUID": self.uuid,
            "WAY": self.way,
            "SIZE": size_text(self.request.size),
            "IMAGE": self.image_name,
            "START": self.facts.root.init,
            "VERSION": __version__,
            "DISK": self.nested,
            "TREE_SIZE": str(self.facts.root.content),
        }
        lines: list[Word] = [f"{name}={quote(value)}" for name, value in texts.items()]
        return (*lines, ("IMAGE_SIZE=", Ref("IMAGE_SIZE")), ("IMAGE_SHA256=", Ref("IMAGE_SHA256")))


def size_text(size: SizeRequest | None) -> str:
    """The room for changes as our init reads it; empty for its own choice. UsageError where it cannot be
    measured at boot.
    """
    if size is None:
        return ""
    if size.unit not in ("bytes", "%ram"):
        raise UsageError(
            "The room for changes cannot be given like that: it is measured at boot.",
            "Write 512M, 2GiB, or 25%ram.",
        )
    return f"{int(size.amount)}%" if size.unit == "%ram" else str(int(size.amount))
