"""What came of a verb, for people and for programs. Pure."""

from functools import singledispatch

from tui.backend import sizes
from tui.backend.gauge import State
from tui.backend.text import clean
from tui.backend.verbs.create import Created
from tui.backend.verbs.grow import Grown
from tui.backend.verbs.livecd_build import Built, Fetched
from tui.backend.verbs.livecd_write import Written
from tui.backend.verbs.mount import Mounted
from tui.backend.verbs.recover import Recovered
from tui.backend.verbs.remove import Removed

_ALL = "its changes are still there"
_STILL_THERE = {
    State.FULL: "what had been saved is still there: `sandbox-tui grow` repairs it",
    State.BROKEN: "it is BROKEN, and its contents are gone: `sandbox-tui remove` takes it away",
}
"""What an unmounted one still has, by its gauge's word."""


@singledispatch
def data(result: object) -> tuple[str, ...]:
    """What a program wants of it, a line each (`$(sandbox-tui create …)`): paths, proofs; of most verbs
    nothing.
    """
    del result
    return ()


@singledispatch
def beside(result: object) -> tuple[str, ...]:
    """The sentences that people need where `data` is shown, a line each: all where there is none."""
    return () if data(result) else sentences(result)


@singledispatch
def sentences(result: object) -> tuple[str, ...]:
    """What came of a verb, a line each. TypeError for what is no verb's result."""
    raise TypeError(f"{type(result).__name__} is no verb's result")


@data.register
def _(result: Created) -> tuple[str, ...]:
    return tuple(filter(None, (result.device, result.mount)))


@sentences.register
def _(result: Created) -> tuple[str, ...]:
    where = f"mounted on {result.mount}" if result.mount else "not mounted"
    return f"ready: {result.device or result.name}, {where}.", "Play in it; its origin is only ever read."


@sentences.register
def _(result: Grown) -> tuple[str, ...]:
    kept = "all that had been saved in it is there" if result.repaired else "nothing in it was touched"
    check = "Check it with fsck before it is written to again." if result.unchecked else ""
    said = f"{result.name} has more room now, {sizes.show(result.total)}; {kept}."
    return (said, check) if check else (said,)


@data.register
def _(result: Mounted) -> tuple[str, ...]:
    return result.mounts[:1]


@sentences.register
def _(result: Mounted) -> tuple[str, ...]:
    gone = f"{result.name} is not mounted any more; {_STILL_THERE.get(State(result.state), _ALL)}."
    return tuple(f"{result.name} is mounted on {point}." for point in result.mounts) or (gone,)


@data.register
def _(result: Removed) -> tuple[str, ...]:
    return tuple(clean(f"{gone.name} is removed. {gone.sentence}") for gone in result.removed)


@beside.register
def _(result: Removed) -> tuple[str, ...]:
    none = () if result.removed or result.stay else ("There are no sandboxes.",)
    stay = (f"{one.name} {one.why}." for one in result.stay)
    return (*none, *filter(None, (result.memory,)), *result.kept, *stay)


@sentences.register
def _(result: Removed) -> tuple[str, ...]:
    return (*data(result), *beside(result))


@sentences.register
def _(result: Recovered) -> tuple[str, ...]:
    left = f"Still there, for they are in use: {', '.join(result.left)}." if result.left else ""
    return tuple(filter(None, (*result.kept, left))) or ("Nothing is left behind.",)


@data.register
def _(result: Built) -> tuple[str, ...]:
    return (result.path,)


@sentences.register
def _(result: Built) -> tuple[str, ...]:
    return (f"ready: {result.path}, {sizes.show(result.size)}.",)


@sentences.register
def _(result: Fetched) -> tuple[str, ...]:
    return (f"The kernel {result.release} is there; it was not installed.",)


@sentences.register
def _(result: Written) -> tuple[str, ...]:
    size = sizes.show(result.size)
    read = f"{size} of {result.iso} are on {result.device}, and were read back and compared."
    return read, "Pull it out, and boot from it."
