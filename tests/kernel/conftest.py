"""Every test of this suite leaves the machine as it found it, or fails."""

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.kernel.lab import Lab, sh, state
from tui.backend.errors import SandboxError


def pytest_configure() -> None:
    """These tests change devices: never on a machine that somebody uses."""
    if os.environ.get("SANDBOX_TUI_VM") != "1":
        pytest.exit("The kernel suite runs in its virtual machine only: sh .ci/test kernel", returncode=2)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Disks and verbs; afterwards nothing of any sandbox may be left."""
    laboratory = Lab()
    sh("modprobe", "dm-mod")
    before = state()
    yield laboratory
    settle()
    after = state()
    clear(laboratory)
    laboratory.close()
    assert {**after, "loops": None, "labels": None} == {**before, "loops": None, "labels": None}
    assert not [line for line in str(after["loops"]).split("', '") if "/run/sandbox-tui" in line]


def clear(laboratory: Lab) -> None:
    """After a failed test: give the next one a machine without sandboxes."""
    for sandbox in laboratory.sandboxes():
        with suppress(SandboxError):
            laboratory.remove(sandbox.name)
    with suppress(SandboxError):
        laboratory.recover()


def settle() -> None:
    """Let udev finish with its links."""
    if os.path.exists("/run/udev/control"):
        sh("udevadm", "settle")
