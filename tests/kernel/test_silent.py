"""Processes that the kernel cannot look into hold no verb."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.kernel import silent
from tests.kernel.lab import PLACE, Lab, sh
from tests.patience import until
from tui.backend.inventory import blockers

pytestmark = pytest.mark.only_no_udev


@contextmanager
def silence() -> Iterator[None]:
    sh("modprobe", "fuse")
    place = PLACE / "silent"
    place.mkdir()
    own = (
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "--fork",
        "--kill-child",
        "--pid",
        "--mount-proc",
    )
    with subprocess.Popen(
        [*own, "--pid", "--mount-proc", sys.executable, silent.__file__, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as there:
        assert there.stdout
        assert there.stdout.readline()
        try:
            yield
        finally:
            there.kill()
            there.wait()
            until(lambda: not stuck(), "the end of those that wait")  # `ps` would wait for them


def stuck() -> bool:
    """Whether a Python program waits where nothing wakes it."""
    states = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            states.append(file.read_text().partition("(")[2].rpartition(") "))
    return any(name.startswith("python") and state.startswith("D") for name, _, state in states)


@pytest.mark.parametrize("engine", ["auto", "overlay"])  # in guests: not every kernel has FUSE
def test_whoever_maps_a_file_that_never_comes_holds_nobody(lab: Lab, engine: str) -> None:
    """Without rights, and without a way to the sandbox."""
    origin = lab.disk().origin
    with silence():
        lab.create(origin, name="trial", engine=engine)
        assert blockers.now(lab.host, lab.sandbox("trial")) == ()
        lab.unmount("trial")
        lab.mount("trial")
        lab.remove("trial")
    assert not Path("/run/sandbox-tui/trial").exists()
