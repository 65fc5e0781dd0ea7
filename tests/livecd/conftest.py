"""ISOs that several tests boot, built once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.livecd import tiny
from tests.livecd.boots import kernel_of
from tests.vm.kernel import find_kernel
from tui.backend import execute
from tui.backend.livecd import build
from tui.backend.livecd.request import BuildRequest
from tui.backend.machine import RealHost


def make_iso(root: Path, output: Path, *, release: str = "", **more: object) -> Path:
    """Build an ISO as the command line does, with the kernel of a Debian release (default: this one)."""
    host = RealHost()
    image = str(find_kernel(release))
    request = BuildRequest(str(root), str(output), kernel=image, **more)  # type: ignore[arg-type]
    execute.run(build.prepare(host, request).plan, host)
    assert not Path(f"{output}.part").exists()
    return output


@pytest.fixture(scope="session", autouse=True)
def as_root() -> None:
    assert os.geteuid() == 0, "devices and owners in the test root need root"


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.make(tmp_path_factory.mktemp("tiny") / "root")


@pytest.fixture(scope="session")
def iso(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_iso(root, tmp_path_factory.mktemp("iso") / "tiny.iso")


@pytest.fixture(scope="session")
def direct(iso: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options that start its kernel at once, without the options of the menu."""
    return [*kernel_of(iso, tmp_path_factory.mktemp("kernel")), "-cdrom", str(iso)]
