"""Whole plans, as recorded: their order, what is taken back and how. Who changes one sees it in the diff.

SANDBOX_TUI_RECORD=1 writes them as they are now.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import verbs
from tests.unit.practice_verbs import CASES, NAME, Case, discard, enlarge, make
from tui import __version__
from tui.backend.plan import Plan, Step
from tui.backend.practice import PracticeHost
from tui.backend.verbs.mount import MOUNT, MountRequest
from tui.backend.verbs.unmount import UNMOUNT, UnmountRequest

HERE = Path(__file__).parent / "plans"
MOUNTED = f"/run/sandbox-tui/{NAME}/mnt"
RECORDED = (
    "ram",
    "tmpfs",
    "ramdisk",
    "classic",
    "image",
    "mount point made",
    "overlay",
    "overlay, no device-mapper, hashed",
    "overlay of an image",
    "overlay of a directory, hashed",
)


def unmount(host: PracticeHost) -> Plan:
    return verbs.run(host, UNMOUNT, UnmountRequest(NAME))[0]


def mount(host: PracticeHost) -> Plan:
    return verbs.run(host, MOUNT, MountRequest(NAME))[0]


def said(step: Step) -> Iterator[str]:
    """A step as lines: all that is not as usual."""
    yield f"  {step.title}"
    yield f"    $ {step.command.shell()}".replace("\n", "\n      ")
    if step.undo is not None:
        yield f"    undo: {step.undo.shell()}".replace("\n", "\n      ")
    if step.undo_if is not None:
        yield f"      if {step.undo_if[0].shell()} says {step.undo_if[1]!r}"
    for field in ("capture", "expect", "group", "before", "length", "aftermath", "restored", "remedy"):
        if (value := getattr(step, field)) not in (None, "", 0):
            yield f"    {field}: {value}"
    flags = [
        name for name in ("partial", "optional", "condition", "progress", "common") if getattr(step, name)
    ]
    if flags:
        yield f"    {', '.join(flags)}"


def text(plan: Plan) -> str:
    alone = ", ".join(plan.sandboxes) or "all: nobody else may change anything while it runs"
    lines = [f"{plan.verb} {plan.name}", *(f"  note: {note}" for note in plan.notes), f"  changes {alone}"]
    for number, step in enumerate(plan.steps):
        lines += ["  -- no way back from here"] * (number == plan.commit)
        lines += said(step)
    return "\n".join(lines).replace(f'"version": "{__version__}"', '"version": VERSION') + "\n"


def plans(case: Case) -> str:
    """All plans of one sandbox's life."""
    host = PracticeHost(case.machine())
    life: tuple[Callable[[PracticeHost], Plan], ...] = (enlarge, unmount, mount, discard)
    made = make(host, **case.request)
    return "\n".join(map(text, [made, *(verb(host) for verb in life if case.grows or verb is not enlarge)]))


@pytest.mark.parametrize("case", [case for case in CASES if case.id in RECORDED], ids=lambda case: case.id)
def test_they_are_as_recorded(case: Case) -> None:
    file = HERE / f"{case.id.replace(',', '').replace(' ', '-')}.txt"
    if os.environ.get("SANDBOX_TUI_RECORD"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(plans(case))
    assert plans(case) == file.read_text()


def test_all_are_recorded() -> None:
    assert len(list(HERE.glob("*.txt"))) == len(RECORDED)
    assert set(RECORDED) <= {case.id for case in CASES}


@pytest.mark.parametrize("paused", [True, False])
def test_one_that_is_paused_is_woken_before_it_is_unmounted(paused: bool) -> None:
    host = PracticeHost()
    make(host)
    if paused:
        host.run(["dmsetup", "suspend", NAME])
    titles = [step.title for step in discard(host).steps]
    woken = ["Let waiting writes go on"] if paused else []
    assert titles[: len(woken) + 2] == ["Note that remove has begun", *woken, f"Unmount {MOUNTED}"]
