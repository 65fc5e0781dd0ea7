"""The proof that an origin was not written, from the evidence of before and after. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.backend.sandboxes import counters, manifest
from tui.backend.sandboxes.evidence import Evidence, digest
from tui.backend.sandboxes.manifest import Difference
from tui.backend.text import clean

_NAMED = 3
"""How many changed paths a sentence names."""


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
        if self.counters_same and self.disk_same is False:
            return (
                f"Nothing was written to {self.origin} itself, but something was to its disk: only a hash"
                " tells whether that reached it (--hash)."
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


def conclude(evidence: Evidence, captured: Mapping[str, str]) -> Proof:
    """The proof, from what those steps captured. Pure."""
    number, kname = evidence.number, evidence.kname or ""
    said = captured.get(f"COUNTERS_{number}", "")
    if evidence.kname is None:
        return _of_file(evidence, captured, said)
    before, now = counters.parse(evidence.noted or "", kname), counters.parse(said, kname)
    moved = bool(before.rest and now.rest) and before.rest != now.rest
    disk_same = False if moved else True if before.rest and now.rest and not evidence.uncounted else None
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
    return None if evidence.hash is None or said is None else digest(said) == evidence.hash
