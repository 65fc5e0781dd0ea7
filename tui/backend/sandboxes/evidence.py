"""What is noted of an origin when its sandbox is made, and read once more before it is let go: its write
counters and, where kept, its hash. `proof` tells what comes of it.

It is noted when the origin is claimed, before its files are shown: what others do to it before and after is
none of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.backend import lenient, paths
from tui.backend.command import command
from tui.backend.host import Host
from tui.backend.inventory import Inventory, loops, related
from tui.backend.inventory.devices import Device
from tui.backend.inventory.record import Record
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.origins import Origin
from tui.backend.plan import Step
from tui.backend.sandboxes import counters, frame, manifest

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
    size: int


def note(record: Record, origin: Origin, now: Inventory) -> tuple[Step, ...]:
    """Steps that note what is compared at the end, once the origin is claimed."""
    if origin.directory:
        return manifest.steps(record.name, hashed=record.hashed)
    noted, digest = paths.of(record.name, paths.COUNTERS), paths.of(record.name, paths.HASH)
    content = paths.of(record.name, paths.IMAGE) if origin.device is None else origin.path
    device = origin.device
    count = _count(device, now.around(device.kname), noted) if device else _last_change(content, noted)
    hashing = Step(
        "Note the origin's hash",
        command("sha256sum", "--binary", content, output=digest),
        frame.delete(digest),
        partial=True,
        progress=True,
        length=origin.size or 0,
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


def read(now: Inventory, sandbox: Sandbox, number: int = 1) -> Evidence:
    """What was noted; to be read before the sandbox is removed. `number` is its place among those."""
    host, record, kname = now.host, sandbox.record, sandbox.origin
    image = record is not None and record.image
    inside = {mount.mountpoint for mount in sandbox.inner}
    lower = paths.of(sandbox.name, paths.LOWER) in inside
    bound = paths.of(sandbox.name, paths.IMAGE)
    noted = lenient.text(host, paths.of(sandbox.name, paths.COUNTERS))
    noted = counters.named(noted, kname) if noted and kname and not image else noted
    if noted and not image and not counters.count(host, next(iter(counters.names(noted)), kname or "")):
        noted = ""
    # a directory was listed otherwise before: that cannot be compared
    lower = lower and record is not None and record.schema >= _LISTED_SO
    content = (bound if bound in inside else None) if image else (f"/dev/{kname}" if kname else None)
    return Evidence(
        name=sandbox.name,
        origin=_called(host, record, kname),
        number=number,
        kname=None if image else kname,
        noted=noted or None,
        hash=digest(lenient.text(host, paths.of(sandbox.name, paths.HASH))) or None,
        content=content,
        listed=lower and paths.MANIFEST in sandbox.entries,
        rehashed=lower and paths.HASHES in sandbox.entries,
        hashed=record is not None and record.hashed,
        direct=sandbox.locked is not None,
        uncounted="" if image or kname is None else _uncounted(host, kname, noted or ""),
        replaced=image and bound in inside and _is_another(host, record.origin if record else "", bound),
        nodes=_nodes(now, sandbox, noted or "", image=image),
        image=image,
        size=(record.origin_size or 0) if record else 0,
    )


def _called(host: Host, record: Record | None, kname: str | None) -> str:
    """The origin as people know it; a device by its own node where that path names another one by now."""
    own = f"/dev/{kname}"
    if record is None:
        return own
    device = kname is not None and not record.image and not record.tree
    return own if device and _is_another(host, record.origin, own) else record.origin


def _nodes(now: Inventory, sandbox: Sandbox, noted: str, *, image: bool) -> tuple[str, ...]:
    """Of an image those of all other loop devices of it, and of their partitions."""
    if not image:
        return counters.nodes(now.host, noted, sandbox.origin) if sandbox.origin else ()
    bound, own = paths.of(sandbox.name, paths.IMAGE), {loop.kname for loop in sandbox.loops}
    found = (loop for loop in now.loops if loop.kname not in own and loops.is_over(now.host, loop, bound))
    return tuple(node for loop in found for node in counters.nodes(now.host, "", loop.kname))


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
    if disk.startswith(("dm-", "md")) or lenient.names(
        host, f"{base}/slaves"
    ):  # a map may have lost its devices
        return "the devices below it"
    known = frozenset(counters.names(noted)[1:])
    return "its disk" if disk != kname and known != related.partitions(host, disk) else ""


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
            progress=True,
            length=evidence.size,
        ),
    )


def digest(said: str) -> str:
    """The hash in what sha256sum prints; a backslash before it tells of an escaped name."""
    return said.lstrip("\\").split(" ", 1)[0]
