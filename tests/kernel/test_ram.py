"""The store at the speed of RAM, on Debian's own kernels: user-mode Linux has no null_blk."""

import os
from pathlib import Path

import pytest

from tests.kernel.lab import MIB, Lab, sh
from tests.kernel.test_round import check_round
from tui.backend.gauge import State

pytestmark = [pytest.mark.own_kernel, pytest.mark.null_blk]
CONFIG = Path("/sys/kernel/config")
LONG = "a-name-that-is-longer-than-what-the-kernel-has-room-for"


def segments() -> list[str]:
    """Ours of the devices that there are."""
    return sorted(name for name in os.listdir("/sys/block") if name.startswith("sandbox-"))


@pytest.mark.no_udev
@pytest.mark.parametrize("attach", [True, False])
def test_a_round(lab: Lab, attach: bool) -> None:
    check_round(lab, lab.disk(attach=attach), store="ram")
    assert not segments()


def test_it_grows_while_it_is_in_use_and_again(lab: Lab) -> None:
    disk = lab.disk()
    point = lab.create(disk.origin, name=LONG, size="2050K", store="ram").mountpoint
    Path(str(point), "first").write_bytes(saved := os.urandom(MIB))
    for size in ("2100K", "3500K", "6M"):
        lab.grow(LONG, size)
    Path(str(point), "second").write_bytes(more := os.urandom(2 * MIB))
    sh("sync", "--file-system", str(point))
    sh("sysctl", "--quiet", "vm.drop_caches=3")
    assert (Path(str(point), "first").read_bytes(), Path(str(point), "second").read_bytes()) == (saved, more)
    assert len(segments()) == 3
    assert all(name.startswith("sandbox-a-name-t") for name in segments())
    assert lab.gauge(LONG).state is State.OK
    lab.remove(LONG)
    assert not segments()
