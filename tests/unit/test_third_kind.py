"""An engine, or a store, beside those that there are: it is chosen where it is asked for, and found again."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.unit.practice_verbs import look, make, request, sandbox
from tui.backend import origins, stores
from tui.backend.errors import Refused, UsageError
from tui.backend.inventory import engines as readings
from tui.backend.inventory.abilities import Lacks
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import choice, engines


@pytest.fixture
def third(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """An engine as snapshot, with a name and options of its own."""
    made = SimpleNamespace(**{**vars(engines.ENGINES["snapshot"]), "name": "third", "needs": "all"})
    made.own_option = lambda _request: ""
    made.check = lambda _request, _origin, _lacks: None
    monkeypatch.setitem(engines.ENGINES, "third", made)
    reading = SimpleNamespace(**{**vars(readings.ENGINES["snapshot"]), "name": "third"})
    monkeypatch.setitem(readings.ENGINES, "third", reading)
    return made


NOTHING = Lacks({"snapshot": None, "overlay": None, "third": None}, None)


def test_an_engine_that_is_asked_for_is_chosen(third: SimpleNamespace) -> None:
    host = PracticeHost()
    origin = origins.find(host, look(host), "/dev/sdb1")
    assert choice.choose(request(engine="third"), origin, NOTHING).engine == "third"
    assert choice.choose(request(), origin, NOTHING).engine == "snapshot"
    with pytest.raises(UsageError, match="--chunk needs the snapshot engine"):
        choice.choose(request(engine="third", chunk=4096), origin, NOTHING)


def test_an_engine_may_refuse(third: SimpleNamespace) -> None:
    def check(*_facts: object) -> None:
        raise Refused("Not here.")

    third.check = check
    host = PracticeHost()
    with pytest.raises(Refused, match=r"Not here\."):
        choice.choose(request(engine="third"), origins.find(host, look(host), "/dev/sdb1"), NOTHING)


@pytest.mark.usefixtures("third")
def test_the_record_tells_which_engine_and_which_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what there is could be of several."""
    store = SimpleNamespace(**{**vars(stores.STORES["tmpfs"]), "name": "third"})
    monkeypatch.setitem(stores.STORES, "third", store)
    host = PracticeHost()
    make(host, store="tmpfs")
    box = sandbox(host)
    assert box.record is not None
    assert (box.engine, stores.of(box)) == ("snapshot", stores.STORES["tmpfs"])
    other = replace(box, record=replace(box.record, engine="third", store="third"))
    assert (other.engine, stores.of(other)) == ("third", store)
    unknown = replace(box, record=replace(box.record, engine="fourth", store="fourth"))
    assert (unknown.engine, stores.of(unknown)) == ("snapshot", stores.STORES["tmpfs"])
    false = replace(box, record=replace(box.record, engine="overlay", store="ramdisk"))
    assert (false.engine, stores.of(false)) == ("snapshot", stores.STORES["tmpfs"])
