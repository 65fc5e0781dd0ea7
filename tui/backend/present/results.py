"""What came of a verb, in sentences. Pure."""

from functools import singledispatch

from tui.backend import sizes
from tui.backend.sandboxes.proof import Proof
from tui.backend.verbs.create import Created
from tui.backend.verbs.grow import Grown
from tui.backend.verbs.livecd import Built, Fetched, Written
from tui.backend.verbs.mount import Mounted
from tui.backend.verbs.recover import Recovered
from tui.backend.verbs.remove import Removed


@singledispatch
def sentences(result: object) -> tuple[str, ...]:
    """What came of a verb, a line each. TypeError for what is no verb's result."""
    raise TypeError(f"{type(result).__name__} is no verb's result")


@sentences.register
def _(result: Created) -> tuple[str, ...]:
    record = result.record
    where = f"mounted on {record.mount}" if record.mount else "not mounted"
    return f"ready: {result.device or record.name}, {where}.", "Play in it; its origin is only ever read."


@sentences.register
def _(result: Grown) -> tuple[str, ...]:
    kept = "all that had been saved in it is there" if result.repaired else "nothing in it was touched"
    return (f"{result.name} has more room now, {sizes.show(result.total)}; {kept}.",)


@sentences.register
def _(result: Mounted) -> tuple[str, ...]:
    gone = f"{result.name} is not mounted any more; its changes are still there."
    return tuple(f"{result.name} is mounted on {point}." for point in result.points) or (gone,)


@sentences.register
def _(result: Removed) -> tuple[str, ...]:
    proofs = tuple(removed(name, proof) for name, proof in result.proofs)
    return (*proofs, *filter(None, (result.memory,)), *result.kept)


def removed(name: str, proof: Proof) -> str:
    """That a sandbox is removed, and whether its origin was written."""
    return f"{name} is removed. {proof.sentence}"


@sentences.register
def _(result: Recovered) -> tuple[str, ...]:
    left = f"Still there, for they are in use: {', '.join(result.left)}." if result.left else ""
    return tuple(filter(None, (*result.kept, left))) or ("Nothing is left behind.",)


@sentences.register
def _(result: Built) -> tuple[str, ...]:
    return (f"ready: {result.path}, {sizes.show(result.size)}.",)


@sentences.register
def _(result: Fetched) -> tuple[str, ...]:
    return (f"The kernel {result.release} is there; it was not installed.",)


@sentences.register
def _(result: Written) -> tuple[str, ...]:
    return written(result), "Pull it out, and boot from it."


def written(result: Written) -> str:
    """That an ISO arrived on its disk."""
    size = sizes.show(result.size)
    return f"{size} of {result.iso} are on {result.device}, and were read back and compared."
