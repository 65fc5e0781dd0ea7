"""An origin in whose place somebody else puts another one while the sandbox is made."""

import os
from pathlib import Path

import pytest

from tests.kernel.lab import PLACE, Lab, state
from tui.backend.errors import PlanFailed
from tui.backend.execute import Event, Phase
from tui.backend.sandboxes import perform

pytestmark = pytest.mark.only_no_udev


@pytest.mark.layers
@pytest.mark.parametrize("how", ["a link", "another one"])
@pytest.mark.parametrize("kind", ["directory", "image"])
@pytest.mark.parametrize("moment", [0, 1, 2])
def test_it_is_not_taken(lab: Lab, kind: str, how: str, moment: int) -> None:
    """At the last moment, too: what was bound is compared with what was looked at."""
    origin = lab.tree().origin if kind == "directory" else lab.disk(attach=False).origin
    secret = PLACE / "secret"
    if kind == "directory":
        secret.mkdir()
    else:
        secret.write_bytes(Path(origin).read_bytes())
    before, titles = state(), ["Note", "Bind", "Check that it is the same"]

    def exchange(event: Event) -> None:
        if event.phase is Phase.STARTED and event.step.title.startswith(titles[moment]):
            if os.path.exists(f"{origin}.old"):
                return
            os.rename(origin, f"{origin}.old")
            if how == "a link":
                os.symlink(secret, origin)
            else:
                os.rename(secret, origin)

    make = lab.creation(lab.request(origin, name="trial", size="4M", engine="overlay"))
    if moment == 2:  # bound already: that was the right one
        perform.perform(lab.host, make, listener=exchange)
        assert lab.sandbox("trial").whole
        lab.remove("trial")
    else:
        with pytest.raises(PlanFailed, match="Check that it is the same"):
            perform.perform(lab.host, make, listener=exchange)
    assert state() == before
