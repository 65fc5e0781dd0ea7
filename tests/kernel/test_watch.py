"""`watch` grows what somebody fills, and ends when it may not any more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernel.lab import MIB, Lab
from tests.patience import PATIENCE, until


@pytest.mark.no_udev
@pytest.mark.parametrize("engine", ["auto", "overlay"])
def test_it_grows_while_it_is_written_to_and_then_ends(lab: Lab, engine: str) -> None:
    point = lab.create(lab.disk("btrfs").origin, name="trial", size="8M", engine=engine).mountpoint
    options = ("--interval", "0.1", "--until", "70%", "--grow-by", "8M", "--up-to", "20M")
    told = ("--exec", "echo full:")
    watch = subprocess.Popen(
        [sys.executable, "-m", "tui", "watch", "trial", *options, *told],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for total in (16, 20):
        _fill(lab, Path(str(point)))
        _grown(lab, watch, total * MIB)
    _fill(lab, Path(str(point)))
    out, err = watch.communicate(timeout=PATIENCE)
    assert watch.returncode == 6, err
    assert "full: trial" in out.splitlines()
    assert _total(lab) == 20 * MIB
    lab.remove("trial")


def _grown(lab: Lab, watch: subprocess.Popen[str], total: int) -> None:
    until(lambda: _total(lab) >= total or watch.poll() is not None, f"{total} bytes")
    assert watch.poll() is None, watch.communicate()


def _total(lab: Lab) -> int:
    return lab.gauge("trial").total or 0


def _fill(lab: Lab, point: Path) -> None:
    """Write until `watch` has to do something."""
    total = _total(lab)
    while _total(lab) == total and (lab.gauge("trial").fill or 0) < 0.7:
        with open(point / f"{len(list(point.iterdir()))}", "wb") as file:
            file.write(os.urandom(MIB // 2))
            os.fsync(file.fileno())
