"""The proof that an origin was not written: its write counters and, where kept, its hash."""

from dataclasses import dataclass

from tui.backend import paths, sizes
from tui.backend.errors import CommandFailed
from tui.backend.host import Host, Memory
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.kernel_text import fields, number
from tui.backend.sandboxes import manifest
from tui.backend.text import clean

_NAMED = 3
"""How many changed paths a sentence names."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Since the kernel found the disk: sectors written, discards, sectors discarded (fields 7, 12
    and 14 of Documentation/block/stat.rst; sectors of 512 bytes). Writes are not counted: a
    flush that writes nothing, such as XFS asks for when it is unmounted, is one of them.
    """

    sectors: int
    discards: int
    discarded: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was noted when the sandbox was made, None where it was not or cannot be read.

    `last` are an image's counters just before the removal, for its loop device goes too.
    `manifest` and `hashes` are texts, of a directory only.
    """

    name: str
    origin: str
    kname: str | None
    counters: Counters | None
    hash: str | None
    last: Counters | None
    manifest: str | None = None
    hashes: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Each None when it is unknown: whether the counters stood still, whether the hash (or every
    hash of a directory) is the same, which paths of a directory are not as they were.
    """

    origin: str
    counters_same: bool | None
    hash_same: bool | None
    changed: tuple[str, ...] | None = None

    @property
    def sentence(self) -> str:
        """The proof for people."""
        if self.counters_same is False or self.hash_same is False or self.changed:
            what = f" ({self._changes()})" if self.changed else ""
            who = "while the sandbox existed, by something else than the sandbox"
            return f"{self.origin} was CHANGED{what} {who}."
        said = ["nothing was written to it"] if self.counters_same else []
        said += ["names, sizes, times, owners and modes in it are the same"] if self.changed == () else []
        said += ["its hash is the same"] if self.hash_same and self.changed is None else []
        said += ["so is the hash of every file"] if self.hash_same and self.changed == () else []
        return (
            f"{self.origin} is untouched: {', '.join(said)}."
            if said
            else f"Nothing is known about {self.origin}."
        )

    def _changes(self) -> str:
        """The first few of the changed paths."""
        found = self.changed or ()
        shown = [path or "its top directory" for path in found[:_NAMED]]
        more = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
        return clean(", ".join(shown)) + more


def parse_counters(text: str) -> Counters | None:
    """The counters of a stat file's text; None when it is none."""
    counts = [number(field) for field in fields(text)]
    known = [count for count in counts if count is not None]
    if len(known) < 7 or len(known) != len(counts):
        return None
    discards = (known[11], known[13]) if len(known) >= 15 else (0, 0)
    return Counters(known[6], *discards)


def read(host: Host, sandbox: Sandbox) -> Evidence:
    """What was noted; to be read before the sandbox is removed."""
    noted = _digest(_text(host, paths.of(sandbox.name, paths.HASH)) or "")
    return Evidence(
        name=sandbox.name,
        origin=sandbox.record.origin if sandbox.record else f"/dev/{sandbox.origin}",
        kname=sandbox.origin,
        counters=parse_counters(_text(host, paths.of(sandbox.name, paths.COUNTERS)) or ""),
        hash=noted or None,
        last=_counters(host, sandbox.origin) if sandbox.origin_loop else None,
        manifest=_text(host, paths.of(sandbox.name, paths.MANIFEST)),
        hashes=_text(host, paths.of(sandbox.name, paths.HASHES)),
    )


def compare(host: Host, evidence: Evidence) -> Proof:
    """The proof, after the removal; reads the whole origin where its hash was noted."""
    if evidence.manifest is not None:
        changed = manifest.changed(host, evidence.origin, evidence.manifest)
        hashes = evidence.hashes
        same = manifest.hashes_same(host, evidence.origin, hashes) if hashes is not None else None
        return Proof(evidence.origin, None, same, changed)
    now = evidence.last or _counters(host, evidence.kname)
    same = evidence.counters == now if evidence.counters and now else None
    return Proof(evidence.origin, same, _hash_same(host, evidence))


def memory_back(before: Memory, now: Memory) -> str:
    """A sentence on the RAM that came back; empty when others took more meanwhile."""
    back = now.available - before.available
    return f"{sizes.show(back)} of RAM came back." if back > 0 else ""


def _counters(host: Host, kname: str | None) -> Counters | None:
    """The counters of a device; None when it is gone."""
    return parse_counters(_text(host, f"/sys/class/block/{kname}/stat") or "")


def _hash_same(host: Host, evidence: Evidence) -> bool | None:
    if evidence.hash is None:
        return None
    try:
        found = host.run(["sha256sum", "--binary", evidence.origin])
    except CommandFailed:
        return None
    return _digest(found) == evidence.hash


def _digest(said: str) -> str:
    """The hash in what sha256sum prints; a backslash before it tells of an escaped name."""
    return said.lstrip("\\").split(" ", 1)[0]


def _text(host: Host, path: str) -> str | None:
    try:
        return host.read(path)
    except OSError:
        return None
