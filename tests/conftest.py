"""For every suite: no test depends on a clock."""

import pytest
from hypothesis import HealthCheck, settings

from tests import soak
from tests.unit.practice_verbs import without_mapper

# of its own checks one is by the clock, too
settings.register_profile("base", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("base"), derandomize=True)
settings.register_profile("soak", settings.get_profile("base"), max_examples=1000)
settings.load_profile("soak" if soak.ALL else "ci")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the fixture `engine` runs on a machine of each kind, but for `once` ones."""
    if "engine" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("once")
        metafunc.parametrize("engine", ["snapshot"] if only else ["snapshot", "overlay"], indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every practice machine of the test is one that makes sandboxes by this engine."""
    if request.param == "overlay":
        monkeypatch.setattr("tui.backend.practice.host.demo_world", without_mapper)
    return str(request.param)
