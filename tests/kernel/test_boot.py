"""The guest is what the other kernel tests take it for."""

import os
import platform
import subprocess
from pathlib import Path

import pytest


def _run(*argv: str) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@pytest.mark.own_kernel
@pytest.mark.no_udev
def test_the_guest_runs_the_test_kernel() -> None:
    assert platform.release() == os.environ["SANDBOX_TUI_KERNEL"]
    assert platform.release().startswith("6.")


@pytest.mark.own_kernel
@pytest.mark.no_udev
def test_the_kernel_knows_snapshots() -> None:
    _run("modprobe", "dm-snapshot")
    targets = _run("dmsetup", "targets")
    assert {"snapshot", "snapshot-origin"} <= {line.split()[0] for line in targets.splitlines()}


@pytest.mark.own_kernel
@pytest.mark.no_udev
def test_udev_runs_exactly_when_it_was_asked_for() -> None:
    assert Path("/run/udev/control").exists() == (os.environ["SANDBOX_TUI_UDEV"] == "1")


@pytest.mark.own_kernel
@pytest.mark.no_udev
def test_loop_devices_work_on_files_in_tmp(tmp_path: Path) -> None:
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(1 << 20))
    loop = _run("losetup", "--find", "--show", "--read-only", str(image)).strip()
    try:
        assert loop in _run("losetup", "--associated", str(image))
    finally:
        _run("losetup", "--detach", loop)
