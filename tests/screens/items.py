"""Items of every list, made from small numbers: some differ without looking different."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from tui.backend.execute import Phase
from tui.backend.gauge import Gauge, State
from tui.backend.inventory.blockers import Blocker
from tui.backend.inventory.devices import Device, Verdict
from tui.backend.livecd.offers import Offer
from tui.backend.livecd.target import Target
from tui.backend.problem import Code, Problem
from tui.widgets.blockers import BlockerRows
from tui.widgets.cards import Card, CardRows
from tui.widgets.choices import Choice, ChoiceRows
from tui.widgets.devices import DeviceRows
from tui.widgets.rows import Rows
from tui.widgets.steps import StepItem, StepRows
from tui.widgets.targets import TargetRows

_STATES = (State.OK, State.FILLING, State.NEARLY_FULL, State.BROKEN)
_PHASES = (None, Phase.STARTED, Phase.PROGRESS, Phase.DONE)


@dataclass(frozen=True)
class Kind:
    """A list: how it is made, and an item of it from its name and its variant, both small numbers."""

    make: Callable[[], Rows[Any]]
    item: Callable[[int, int], Hashable]

    def show(self, rows: Rows[Any], items: Sequence[tuple[int, int]]) -> None:
        """Show the items that these numbers stand for."""
        made = [self.item(name, variant) for name, variant in items]
        if isinstance(rows, DeviceRows):
            rows.show_devices(made)  # type: ignore[arg-type]
        else:
            rows.show(made)


def _card(name: int, variant: int) -> Card:
    half = variant // 2  # two variants look the same: some bytes are no change of what is shown
    gauge = Gauge(_STATES[half % 4], (half << 20) + variant % 2, 1 << 24)
    return Card(f"s{name}", "sdb1", gauge, None, None, "/mnt")


def _device(name: int, variant: int) -> Device:
    half = variant // 2
    return Device(
        path=f"/dev/sd{'x' * half}{name}",
        kname=f"sd{name}",
        devno=f"8:{name}",
        size=1 << 30,
        sector=512,
        type="disk",
        label="l" * half,
        serial=str(variant),
        verdict=Verdict(Problem(Code.IN_USE, "in use") if half % 2 else None),
    )


def _offer(name: int, variant: int) -> Offer:
    return Offer(Target(_device(name, variant), ()), "in use" if variant % 3 == 0 else "", "Take another.")


def _choice(name: int, variant: int) -> Choice:
    half = variant // 2
    return Choice(f"{name}:{variant % 2}", f"choice {'long ' * half}{name}", f"{half} MiB", "why", half != 1)


def _blocker(name: int, variant: int) -> Blocker:
    half = variant // 2
    return Blocker(f"what {variant}", f"holds {half}", name + 1, f"program{half}", "root")


def _step(name: int, variant: int) -> StepItem:
    return StepItem(name, f"step {name}", f"command {variant % 2}", _PHASES[variant // 2 % 4])


KINDS = {
    "cards": Kind(CardRows, _card),
    "devices": Kind(DeviceRows, _device),
    "targets": Kind(TargetRows, _offer),
    "choices": Kind(ChoiceRows, _choice),
    "blockers": Kind(lambda: BlockerRows(empty="Nothing is in the way."), _blocker),
    "steps": Kind(StepRows, _step),
}
