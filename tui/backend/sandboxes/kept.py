"""What something else wrote into the places of sandboxes: it is kept aside when they go."""

from collections.abc import Iterable

from tui.backend import lenient, paths
from tui.backend.command import Command, command
from tui.backend.host import Host
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.plan import Step
from tui.backend.text import clean

_NAMED = 3
"""How many names a sentence tells."""


def away(place: str, name: str) -> tuple[Step, ...]:
    """The steps that remove a directory of ours with all of our own already gone from it. First it gets
    another name, so that nothing can be written to it by the old one any more; what was written stays there.
    """
    aside = paths.kept(name)
    return (
        Step(
            "Take its place away", command("mv", "--backup=numbered", "--no-target-directory", place, aside)
        ),
        Step("Remove it, unless something else wrote into it", remove_empty(aside)),
    )


def remove_empty(*directories: str) -> Command:
    """Remove directories, those that have nothing in them."""
    return command("rmdir", "--ignore-fail-on-non-empty", *directories)


def sentences(host: Host, gone: Iterable[Sandbox]) -> tuple[str, ...]:
    """What was kept of sandboxes that were just removed, for people. What was kept of older ones of the same
    name has another name since then: mv(1) calls it PATH.~N~.
    """
    found, there = [], _places(host)
    for sandbox in gone:
        path = paths.kept(sandbox.name)
        if path in there and (names := lenient.names(host, path)):
            found.append(
                f"What others wrote into the place of {sandbox.name} is kept in {path}: {_some(names)}."
            )
        own = sandbox.mount_left
        if own and _is_there(host, own):
            found.append(f"Something else wrote into {clean(own)}: that mount point stays.")
    return tuple(found)


def _is_there(host: Host, path: str) -> bool:
    """Not where it cannot be told: others may have put something in its place, such as a link of theirs."""
    try:
        return host.kind(path) is not None
    except OSError:
        return False


def leftovers(host: Host) -> tuple[Step, ...]:
    """Steps that remove places that an interruption left on their way, with nothing in them."""
    empty = (path for path in _places(host) if not host.listdir(path))
    return tuple(Step("Remove a place that was taken away", remove_empty(path)) for path in empty)


def only(host: Host) -> bool:
    """Whether all that is left of sandboxes is what was kept."""
    found = lenient.names(host, paths.RUN_DIR)
    return bool(found) and all(name.startswith(paths.KEPT) for name in found) and not leftovers(host)


def _places(host: Host) -> tuple[str, ...]:
    """All places where something is kept."""
    return tuple(
        paths.of(entry) for entry in lenient.names(host, paths.RUN_DIR) if entry.startswith(paths.KEPT)
    )


def _some(names: tuple[str, ...]) -> str:
    shown = names[:_NAMED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return clean(", ".join(shown)) + more
