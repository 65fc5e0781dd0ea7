"""`show` for people. Pure."""

from tui.backend import sizes
from tui.backend.present import numbers
from tui.backend.present.table import Facts
from tui.backend.sandboxes import engines
from tui.backend.verbs.listing import Listed
from tui.backend.verbs.show import Shown


def shown(reading: Shown) -> Facts:
    """All that is known of a sandbox."""
    facts = (*_identity(reading.sandbox), *_store(reading), *_place(reading.sandbox))
    made = () if reading.age is None else (("made", f"{numbers.duration(reading.age)} ago"),)
    users = tuple(("used by", f"{entry.what}: {entry.how}") for entry in reading.blockers)
    note = "" if reading.complete else "Only root sees all processes that use it."
    return Facts((*facts, *made, *users), note)


def _identity(box: Listed) -> tuple[tuple[str, str], ...]:
    holds = f", {box.fstype}" if box.fstype else ""
    return (
        ("name", box.name),
        ("engine", f"{box.engine}, by {engines.of(box.engine).unit}"),
        ("device", box.device or "none"),
        ("origin", f"{box.origin or 'unknown'} ({sizes.show(box.origin_size)}{holds})"),
    )


def _store(reading: Shown) -> tuple[tuple[str, str], ...]:
    box = reading.sandbox
    state = ("state", box.word)
    if not box.whole and box.interrupted:
        return state, ("", "`sandbox-tui recover` clears it")
    facts = [state, *(("", line) for line in reading.advice)]
    facts.append(("fill", f"{numbers.percent(box.fill)}: {reading.amount}"))
    if box.files is not None:
        facts.append(("files", f"{box.files_used or 0:,} of {box.files:,}"))
    if box.store:
        format_ = f", {box.policy}, chunks of {sizes.show(box.chunk)}" if box.policy else ""
        facts.append(("changes", f"{box.store} on {reading.changes or 'an unknown place'}{format_}"))
    return tuple(facts)


def _place(box: Listed) -> tuple[tuple[str, str], ...]:
    if box.foreign is not None:
        return (("held by", box.foreign),)
    return tuple(("mounted on", point) for point in box.mounts) or (("mounted on", "nothing"),)
