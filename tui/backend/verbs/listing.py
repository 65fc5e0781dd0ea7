"""`list`: what sandboxes there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.inventory import sandboxes
from tui.backend.verbs.verb import Query, Verb

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Listed:
    """One sandbox. None is what is not known, or does not apply.

    `engine` is `snapshot` or `overlay`; `device` the writable device, which an overlay has not. `image`: the
    origin is a file, `tree`: a directory. `policy` is `PO` or `N`; `chunk`, `size` and `used` (of the store)
    and `origin_size` are bytes; `files` and `files_used` count those of an overlay's store. `fill`, from 0 to
    1, is that of bytes or files, whichever is more; `state` is the gauge's word, `word` what people see:
    that, or what else is the matter. `mounts` are mount points; `created` is in seconds since 1970; `busy` is
    the verb that is running or was interrupted. `whole`: it can be worked with; `interrupted`: `recover` is
    needed; `running`: it is being changed just now. `foreign` says who holds it in another mount namespace.
    `status` are the kernel's own words.
    """

    name: str
    engine: str
    device: str | None
    origin: str | None
    origin_size: int | None
    image: bool | None
    tree: bool | None
    store: str | None
    policy: str | None
    chunk: int | None
    size: int | None
    used: int | None
    files: int | None
    files_used: int | None
    fill: float | None
    state: str
    word: str
    mounts: tuple[str, ...]
    fstype: str | None
    created: float | None
    busy: str | None
    whole: bool
    interrupted: bool
    running: bool
    foreign: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """All sandboxes, by name."""

    sandboxes: tuple[Listed, ...]


def listed(sandbox: Sandbox) -> Listed:
    """What is told of one sandbox."""
    reading, record = sandbox.gauge, sandbox.record
    files_used, files = reading.files or (None, None)
    origin = record.origin if record else f"/dev/{sandbox.origin}" if sandbox.origin else None
    return Listed(
        name=sandbox.name,
        engine=sandbox.engine,
        device=sandbox.device if sandbox.map else None,
        origin=origin,
        origin_size=sandbox.map.size if sandbox.map else record.origin_size if record else None,
        image=record.image if record else None,
        tree=record.tree if record else None,
        store=record.store if record else None,
        policy=(record.policy or None) if record else None,
        chunk=(record.chunk or None) if record else None,
        size=reading.total,
        used=reading.used,
        files=files,
        files_used=files_used,
        fill=reading.fill,
        state=reading.state.value,
        word=sandbox.word,
        mounts=tuple(mount.mountpoint for mount in sandbox.mounts),
        fstype=(record.fstype or None) if record else None,
        created=record.created if record else None,
        busy=sandbox.busy,
        whole=sandbox.whole,
        interrupted=sandbox.interrupted,
        running=sandbox.running,
        foreign=sandbox.foreign.words if sandbox.foreign else None,
        status=sandbox.status.raw or None,
    )


def _read(host: Host, _request: None) -> Listing:
    return Listing(tuple(map(listed, sandboxes.read(host))))


VERB = Verb(
    name="list",
    summary="list the sandboxes and how full they are",
    examples=(
        ("list", "a line for each: origin, size, fill, where it is mounted"),
        ("list --json | jq '.sandboxes[] | {name, fill}'", "their fill, for a program"),
    ),
    result=Listing,
    work=Query(_read),
)
