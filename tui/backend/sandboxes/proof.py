"""The proof that an origin was not written: its write counters and, where kept, its hash.

It is noted when the origin is claimed, before its files are shown, and compared before it is let go: what
others do to it before and after is none of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tui.backend import paths
from tui.backend.command import command
from tui.backend.host import Host
from tui.backend.inventory import loops
from tui.backend.inventory.devices import Device
from tui.backend.inventory.record import Record
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.origins import Origin
from tui.backend.plan import Step
from tui.backend.sandboxes import counters, frame, manifest
from tui.backend.sandboxes.manifest import Difference
from tui.backend.text import clean

_NAMED = 3
"""How many changed paths a sentence names."""


_FLUSH = "Write out what waits in memory for the origin"
_LISTED_SO = 2
"""The schema of records since which directories are listed as they are now."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was noted when the sandbox was made, and what it is to be compared with.

    `number` tells it from others of the same plan. `kname` is the origin's device, None for an image, a
    directory, or where it is not known. `noted` are the counters as text, of an image the time of its last
    change, `hash` the hash; None where there are none. `content` is what is hashed, None where it is out of
    reach. `listed`: a directory's list was noted and can be compared, `rehashed`: so can the hashes of its
    files. `hashed`: a hash was asked for. `direct`: what is hashed is mounted itself, so that its hash can be
    read only when that is unmounted. `uncounted` says by what else the origin can be written, which no
    counter of it tells; empty for nothing. `replaced`: what has the image's name now is another file.
    `nodes` are those of the devices by which it may be written to: what waits in memory for them is written
    out first. `image`: it is a file.
    """

    name: str
    origin: str
    number: int
    kname: str | None
    noted: str | None
    hash: str | None
    content: str | None
    listed: bool
    rehashed: bool
    hashed: bool
    direct: bool
    uncounted: str
    replaced: bool
    nodes: tuple[str, ...]
    image: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """Each None when it is unknown: whether the counters stood still, of an image (`image`) the time of its
    last change (`disk_same`: the counters of a partition's disk less those of its partitions), whether the
    hash (or every hash of a directory) is the same, which paths of a directory are not as they were (`more`:
    there are others). `hashed`: a hash was asked for; `uncounted` and `replaced` as of the evidence.
    """

    origin: str
    counters_same: bool | None
    hash_same: bool | None
    changed: tuple[str, ...] | None = None
    more: bool = False
    disk_same: bool | None = None
    hashed: bool = False
    uncounted: str = ""
    replaced: bool = False
    image: bool = False

    @property
    def sentence(self) -> str:
        """The proof for people."""
        lost = self.hashed and self.hash_same is None
        more = [" Its hash was asked for, and could not be compared."] if lost else []
        more += [f" What is called {self.origin} now is another file than that."] if self.replaced else []
        return "".join([self._finding(), *more])

    def _finding(self) -> str:
        by = "while the sandbox existed, by something else than the sandbox"
        written = self.counters_same is False and not self.image
        if self.hash_same is False or self.changed or (written and not self.hash_same):
            what = f" ({self._changes()})" if self.changed else ""
            return f"{self.origin} was CHANGED{what} {by}."
        if self.counters_same is False:
            how = "changed, or its mode or its name was," if self.image else "written to"
            same = ", and yet its hash is the same" if self.hash_same else ": only a hash tells more (--hash)"
            return f"{self.origin} was {how} {by}{same}."
        if said := self._said():
            return f"{self.origin} is untouched: {', '.join(said)}."
        return self._less_sure()

    def _less_sure(self) -> str:
        """Where nothing tells that it was written, and nothing proves that it was not."""
        if self.changed == ():
            return (
                f"{self.origin} is untouched as far as names, sizes, times, owners and modes tell; contents"
                " were not compared" + ("." if self.hashed else ": only a hash tells of them (--hash).")
            )
        if self.counters_same and self.image:
            return (
                f"{self.origin} is untouched as far as the time of its last change tells: only a hash tells"
                " of its contents (--hash)."
            )
        if self.counters_same:
            return (
                f"Nothing was written to {self.origin} itself; what reaches it by {self.uncounted} is not"
                " counted: only a hash tells that (--hash)."
            )
        return f"It cannot be told whether {self.origin} was written to" + (
            "." if self.hashed else ": only a hash tells that (--hash)."
        )

    def _said(self) -> list[str]:
        if self.image:  # there are ways to write to a file that leave its times alone
            return ["its hash is the same"] if self.hash_same else []
        said = ["nothing was written to it"] if self.counters_same and not self.uncounted else []
        if self.changed is None:
            return said + (["its hash is the same"] if self.hash_same else [])
        if self.hash_same:
            said.append("names, sizes, times, owners, modes and the hash of every file in it are the same")
        return said

    def _changes(self) -> str:
        """The first few of the changed paths."""
        found = self.changed or ()
        shown = [path or "its top directory" for path in found[:_NAMED]]
        left = len(found) - len(shown)
        more = f" and {'at least ' if self.more else ''}{left} more" if left else ""
        return clean(", ".join(shown)) + more


def note(record: Record, origin: Origin, others: Iterable[Device]) -> tuple[Step, ...]:
    """Steps that note what is compared at the end, once the origin is claimed. `others` are all devices."""
    if origin.directory:
        return manifest.steps(record.name, hashed=record.hashed)
    noted, digest = paths.of(record.name, paths.COUNTERS), paths.of(record.name, paths.HASH)
    content = paths.of(record.name, paths.IMAGE) if origin.device is None else origin.path
    count = _last_change(content, noted) if origin.device is None else _count(origin.device, others, noted)
    hashing = Step(
        "Note the origin's hash",
        command("sha256sum", "--binary", content, output=digest),
        frame.delete(digest),
        partial=True,
    )
    return (*count, *((hashing,) if record.hashed else ()))


def _count(device: Device, others: Iterable[Device], file: str) -> tuple[Step, ...]:
    return (
        Step(_FLUSH, counters.flush_command(device)),
        Step(
            "Note how much was ever written to the origin",
            counters.of_device(device, others).to(file),
            frame.delete(file),
            partial=True,
        ),
    )


def _last_change(image: str, file: str) -> tuple[Step, ...]:
    """Who writes to a file can set its other times back, but not this one."""
    note = Step(
        "Note when the origin was changed last",
        command("stat", "--format=%z", image, output=file),
        frame.delete(file),
        partial=True,
    )
    return (note,)


def read(host: Host, sandbox: Sandbox, number: int = 1) -> Evidence:
    """What was noted; to be read before the sandbox is removed. `number` is its place among those."""
    record, kname = sandbox.record, sandbox.origin
    image = record is not None and record.image
    inside = {mount.mountpoint for mount in sandbox.inner}
    lower = paths.of(sandbox.name, paths.LOWER) in inside
    bound = paths.of(sandbox.name, paths.IMAGE)
    noted = _text(host, paths.of(sandbox.name, paths.COUNTERS))
    noted = counters.named(noted, kname) if noted and kname and not image else noted
    if noted and not image and not counters.count(host, next(iter(counters.names(noted)), kname or "")):
        noted = None
    # a directory was listed otherwise before: that cannot be compared
    lower = lower and record is not None and record.schema >= _LISTED_SO
    content = (bound if bound in inside else None) if image else (f"/dev/{kname}" if kname else None)
    return Evidence(
        name=sandbox.name,
        origin=record.origin if record else f"/dev/{kname}",
        number=number,
        kname=None if image else kname,
        noted=noted or None,
        hash=_digest(_text(host, paths.of(sandbox.name, paths.HASH)) or "") or None,
        content=content,
        listed=lower and paths.MANIFEST in sandbox.entries,
        rehashed=lower and paths.HASHES in sandbox.entries,
        hashed=record is not None and record.hashed,
        direct=sandbox.locked is not None,
        uncounted="" if image or kname is None else _uncounted(host, kname, noted or ""),
        replaced=image and bound in inside and _is_another(host, record.origin if record else "", bound),
        nodes=_nodes(host, sandbox, noted or "", image=image),
        image=image,
    )


def _nodes(host: Host, sandbox: Sandbox, noted: str, *, image: bool) -> tuple[str, ...]:
    """Of an image those of all other loop devices of it, and of their partitions."""
    if not image:
        return counters.nodes(host, noted, sandbox.origin) if sandbox.origin else ()
    bound, own = paths.of(sandbox.name, paths.IMAGE), {loop.kname for loop in sandbox.loops}
    found = (loop for loop in loops.read(host) if loop.kname not in own and loops.is_over(host, loop, bound))
    return tuple(node for loop in found for node in counters.nodes(host, "", loop.kname))


def _is_another(host: Host, image: str, bound: str) -> bool:
    """Whether a path names another file than the one that was bound, or none."""
    try:
        return not host.node(image).is_same(host.node(bound))
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _uncounted(host: Host, kname: str, noted: str) -> str:
    """What lies below a device, or the disk that it is a part of where new partitions spoil the sum."""
    disk = next(iter(counters.names(noted)), kname)
    base = f"/sys/class/block/{disk}"
    if disk.startswith("loop"):
        return "the file behind it"
    if disk.startswith(("dm-", "md")) or _names(host, f"{base}/slaves"):  # a map may have lost its devices
        return "the devices below it"
    known = frozenset(counters.names(noted)[1:])
    return "its disk" if disk != kname and known != counters.partitions(host, disk) else ""


def _names(host: Host, directory: str) -> list[str]:
    try:
        return host.listdir(directory)
    except OSError:
        return []


def steps(evidence: Evidence) -> tuple[Step, ...]:
    """Steps that read the same once more, before the origin is let go. What fails of it keeps no removal."""
    name, number = evidence.name, evidence.number
    count: tuple[Step, ...] = ()
    if evidence.noted is not None and (again := _count_again(evidence)) is not None:
        flush = (_flush(evidence),) if evidence.nodes else ()
        read = replace(
            again,
            capture=f"COUNTERS_{number}",
            optional=True,
            group=_group(evidence),
            before=paths.of(name, paths.COUNTERS),
        )
        count = (*flush, read)
    digest = () if evidence.direct else _hash_steps(evidence, flush=not count)
    listing = manifest.compare_steps(name, number, hashed=evidence.rehashed) if evidence.listed else ()
    return (*count, *digest, *listing)


def _count_again(evidence: Evidence) -> Step | None:
    """Of a device its counters, of an image the time of its last change; None where neither can be read."""
    if evidence.kname is not None:
        again = counters.read_command(counters.names(evidence.noted or ""))
        return Step("Read how much was ever written to the origin", again)
    if evidence.content is None:
        return None
    return Step("Read when the origin was changed last", command("stat", "--format=%z", evidence.content))


def late_steps(evidence: Evidence) -> tuple[Step, ...]:
    """The same for what can be read only when the lower layer is unmounted: a file system changes in memory
    what it shows of its device.
    """
    return _hash_steps(evidence, flush=True) if evidence.direct else ()


def _flush(evidence: Evidence) -> Step:
    """Where that fails, what is in memory may be more than what is counted, and other than what is hashed."""
    again = command("blockdev", "--flushbufs", *evidence.nodes)
    return Step(_FLUSH, again, optional=True, group=_group(evidence))


def _group(evidence: Evidence) -> str:
    return f"ORIGIN_{evidence.number}"


def _hash_steps(evidence: Evidence, *, flush: bool) -> tuple[Step, ...]:
    if evidence.hash is None or evidence.content is None:
        return ()
    return (
        *((_flush(evidence),) if evidence.nodes and flush else ()),
        Step(
            "Compare the origin's hash",
            command("sha256sum", "--binary", evidence.content),
            capture=f"HASH_{evidence.number}",
            optional=True,
            group=_group(evidence),
            before=paths.of(evidence.name, paths.HASH),
        ),
    )


def conclude(evidence: Evidence, captured: Mapping[str, str]) -> Proof:
    """The proof, from what those steps captured. Pure."""
    number, kname = evidence.number, evidence.kname or ""
    said = captured.get(f"COUNTERS_{number}", "")
    if evidence.kname is None:
        return _of_file(evidence, captured, said)
    before, now = counters.parse(evidence.noted or "", kname), counters.parse(said, kname)
    disk_same = before.rest == now.rest if before.rest and now.rest and not evidence.uncounted else None
    return Proof(
        origin=evidence.origin,
        counters_same=before.own == now.own if before.own and now.own else None,
        hash_same=_hash_same(evidence, captured),
        disk_same=disk_same,
        hashed=evidence.hashed,
        uncounted=evidence.uncounted or ("its disk" if before.parts and not disk_same else ""),
    )


def _of_file(evidence: Evidence, captured: Mapping[str, str], said: str) -> Proof:
    """The proof for an image or a directory; `said` is the time of an image's last change."""
    found = _difference(captured, f"CHANGED_{evidence.number}") if evidence.listed else None
    return Proof(
        origin=evidence.origin,
        counters_same=_is_as_noted(evidence, said),
        hash_same=_hash_same(evidence, captured),
        changed=found.paths if found else None,
        more=found.more if found else False,
        hashed=evidence.hashed,
        replaced=evidence.replaced,
        image=evidence.image,
    )


def _is_as_noted(evidence: Evidence, said: str) -> bool | None:
    """Whether a file was not changed. Of one that lost its name since, the time is that of this."""
    if evidence.replaced or not (said and evidence.noted):
        return None
    return said == evidence.noted.rstrip("\n")


def _difference(captured: Mapping[str, str], name: str) -> Difference | None:
    return manifest.difference(captured[name]) if name in captured else None


def _hash_same(evidence: Evidence, captured: Mapping[str, str]) -> bool | None:
    if evidence.rehashed:
        found = captured.get(f"REHASHED_{evidence.number}")
        return None if found is None else not found
    said = captured.get(f"HASH_{evidence.number}")
    return None if evidence.hash is None or said is None else _digest(said) == evidence.hash


def _digest(said: str) -> str:
    """The hash in what sha256sum prints; a backslash before it tells of an escaped name."""
    return said.lstrip("\\").split(" ", 1)[0]


def _text(host: Host, path: str) -> str | None:
    try:
        return host.read(path)
    except OSError:
        return None
