"""A removal is of the sandbox that was shown, not of one that has taken its name."""

from __future__ import annotations

import pytest

from tests.unit.practice_verbs import NAME, discard, look, make, sandbox
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import perform, remove
from tui.backend.sandboxes.perform import PlanChanged


@pytest.mark.usefixtures("engine")
def test_another_one_of_the_same_name_and_origin_is_another_plan() -> None:
    host = PracticeHost()
    make(host, created=1.0)
    shown = remove.prepare(host, look(host), (NAME,)).plan
    discard(host)
    make(host, created=2.0)
    with pytest.raises(PlanChanged) as changed:
        perform.perform(host, lambda found: remove.prepare(host, found, (NAME,)).plan, shown=shown)
    assert "was made at" in str(changed.value)
    assert sandbox(host).whole
