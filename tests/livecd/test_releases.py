"""Live CDs with the kernel of the other Debian release: 6.12 on Debian 12, 6.1 on Debian 13."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.livecd.boots import SERIAL, boot, kernel_of
from tests.livecd.conftest import make_iso
from tests.vm.kernel import find_kernel, other_release


@pytest.fixture(scope="module")
def other(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_iso(root, tmp_path_factory.mktemp("other") / "other.iso", release=other_release())


@pytest.mark.parametrize(
    ("way", "shown"), [("dm", "/dev/mapper/root ext4"), ("union", "sandbox-tui overlay")]
)
def test_it_boots_with_the_other_kernel(other: Path, way: str, shown: str) -> None:
    options = ["-cdrom", str(other), "-append", f"{SERIAL}sandbox.mode={way}"]
    found = boot(*kernel_of(other, other.parent), *options)
    version = find_kernel(other_release()).name.removeprefix("vmlinuz-")
    assert found.note("kernel") == version
    assert found.way == way
    assert found.note("root") == shown
    assert found.note("reads") == "written now"
    assert "MARKER of the tiny root" in found.text
