"""Fill, rate and forecast."""

import pytest

from tui.backend.gauge import Gauge, History, State, state_of
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.dm_status import Health, Status

MIB = 1 << 20


def box(status: Status) -> Sandbox:
    return Sandbox("trial", None, (), (), (), (), frozenset(), None, None, status)


@pytest.mark.parametrize(
    ("fill", "state"),
    [
        (0.0, State.OK),
        (0.699, State.OK),
        (0.70, State.FILLING),
        (0.899, State.FILLING),
        (0.90, State.NEARLY_FULL),
        (0.999, State.NEARLY_FULL),
        (1.0, State.FULL),
    ],
)
def test_words(fill: float, state: State) -> None:
    assert state_of(fill) is state


@pytest.mark.parametrize(
    ("health", "state"),
    [(Health.OVERFLOW, State.FULL), (Health.INVALID, State.BROKEN), (Health.UNKNOWN, State.UNKNOWN)],
)
def test_what_the_kernel_says_beyond_numbers(health: Health, state: State) -> None:
    gauge = box(Status(health)).gauge
    assert gauge.state is state
    assert gauge.advice


def test_full_promises_that_all_can_be_read_and_broken_that_it_is_gone() -> None:
    assert "Do not remove it yet" in box(Status(Health.OVERFLOW)).gauge.advice
    assert "gone" in box(Status(Health.INVALID)).gauge.advice
    assert box(Status(Health.OVERFLOW)).gauge.fill == 1.0
    assert box(Status(Health.UNKNOWN)).gauge.fill is None


def history(*readings: tuple[float, int | None]) -> History:
    found = History()
    for clock, used in readings:
        state = State.UNKNOWN if used is None else State.OK
        found = found.add(clock, Gauge(state, used, None if used is None else 100 * MIB))
    return found


def test_rate_and_forecast() -> None:
    found = history((0, 0), (1, 10 * MIB), (2, 20 * MIB))
    assert found.rate == 10 * MIB
    assert found.seconds_left == 8


def test_the_rate_is_of_the_last_ten_seconds() -> None:
    found = history(*((clock, 90 * MIB) for clock in range(60)))
    assert found.rate == 0
    assert found.seconds_left is None
    burst = history((0, 0), (50, 50 * MIB), (100, 50 * MIB), (105, 50 * MIB))
    assert burst.rate == 0


def test_nothing_is_made_up() -> None:
    assert history().rate is None
    assert history((0, 5)).rate is None
    assert history((3, 5), (3, 9)).rate is None
    assert history((0, None), (1, None)).rate is None
    assert history((0, 10), (1, None), (2, None)).seconds_left is None


def test_a_history_is_bounded() -> None:
    found = history(*((float(clock), clock) for clock in range(1000)))
    assert len(found.readings) <= 240
    assert found.readings[-1][0] == 999
    assert found.fills[-1] == pytest.approx(999 / (100 * MIB))
