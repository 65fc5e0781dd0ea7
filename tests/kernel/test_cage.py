"""Root of a guest in user-mode Linux can change nothing of the machine that it runs on."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.kernel.lab import PLACE, Lab, sh

pytestmark = [pytest.mark.only_no_udev, pytest.mark.only_uml]

ROOT = Path(__file__).parents[2]


def refused(path: Path) -> None:
    with pytest.raises(OSError, match=r"Read-only|Permission denied"):
        path.write_text("from inside")


def mount_machines(path: str, point: Path) -> None:
    """Mount a directory of the machine, as this kernel has it: Debian 13's has a name for the option."""
    words = ["mount", "-t", "hostfs", "none", str(point), "-o"]
    named = subprocess.run([*words, f"hostfs={path}"], capture_output=True, check=False)
    if named.returncode:
        sh(*words, path)


def test_the_files_of_the_machine_are_read_only_however_they_are_mounted(lab: Lab) -> None:
    del lab
    refused(ROOT / "escaped")
    sh("mount", "-o", "remount,rw", "/")
    refused(ROOT / "escaped")
    again, processes = PLACE / "again", PLACE / "processes"
    again.mkdir()
    processes.mkdir()
    mount_machines("/", again)
    mount_machines("/proc", processes)
    refused(Path(f"{again}{ROOT}/escaped"))
    refused(again / "tmp/escaped")
    refused(processes / f"1/root{ROOT}/escaped")
    refused(processes / "sys/kernel/core_pattern")
    with pytest.raises(OSError, match="Read-only"):
        os.mknod(again / "root/disk", 0o060600, os.makedev(254, 0))
    sh("umount", str(again))
    sh("umount", str(processes))
    sh("mount", "-o", "remount,ro", "/")
