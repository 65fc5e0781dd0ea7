"""A build needs just the programs that its plan names; without one of them nothing is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.vm.kernel import find_kernel
from tui.backend import execute, packages, requirements, run
from tui.backend.errors import ExitCode, SandboxError
from tui.backend.livecd import build
from tui.backend.livecd.build import Prepared
from tui.backend.livecd.request import BuildRequest
from tui.backend.machine import RealHost

BY_THEMSELVES = {"fakeroot": "sh getopt sed cut cat", "awk": "mawk", "ldd": "bash"}
"""What programs start that no plan can know."""
READING = "busybox dmsetup bash bsdcat bsdtar head setpriv unshare mount prlimit tail find blkid ldd stat"
"""What is asked before there is a plan."""


@pytest.fixture(params=["directory", "archive"])
def request_(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> BuildRequest:
    source, output = root, tmp_path / "out" / "x.iso"
    output.parent.mkdir()
    if request.param == "archive":
        source = tmp_path / "root.tar"
        words = ["tar", "--create", f"--file={source}", f"--directory={root}", "."]
        subprocess.run(words, check=True)
    return BuildRequest(str(source), str(output), kernel=str(find_kernel()))


@pytest.fixture
def bin_() -> Iterator[Path]:
    """A directory for programs that nobody can come to: those of pytest are closed."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        yield Path(place)


def only(monkeypatch: pytest.MonkeyPatch, place: Path, names: Iterable[str]) -> None:
    """A PATH with links to these programs, and no others."""
    wanted = {*names}
    wanted |= {more for name in wanted for more in BY_THEMSELVES.get(name, "").split()}
    for name in wanted:
        found = shutil.which(name, path=run.search_path())
        assert found, name
        (place / name).symlink_to(os.path.abspath(found))
    monkeypatch.setattr(run, "_SBIN", ())
    monkeypatch.setenv("PATH", str(place))


def prepared(request: BuildRequest) -> Prepared:
    return build.prepare(RealHost(), request)


def test_the_programs_that_a_plan_names_are_enough(
    request_: BuildRequest, tmp_path: Path, bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = prepared(request_).plan
    only(monkeypatch, bin_, requirements.programs(plan))
    execute.run(plan, RealHost())
    assert os.listdir(tmp_path / "out") == ["x.iso"]


@pytest.fixture
def refusal(
    request_: BuildRequest, tmp_path: Path, bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., SandboxError]:
    """How a build is refused without some programs; nothing is made then."""

    def without(*absent: str) -> SandboxError:
        names = {*requirements.programs(prepared(request_).plan), *READING.split()} - {*absent}
        only(monkeypatch, bin_, names)
        with pytest.raises(SandboxError) as caught:
            prepared(request_)
        assert caught.value.exit_code is ExitCode.REFUSED
        assert os.listdir(tmp_path / "out") == []
        return caught.value

    return without


@pytest.mark.parametrize("absent", ["cpio", "grep", "awk", "gzip", "mcopy", "mksquashfs", "xorriso"])
def test_without_one_of_them_nothing_is_touched(refusal: Callable[..., SandboxError], absent: str) -> None:
    assert f"missing: {absent} (package {packages.package_of(absent)})." in refusal(absent).message


@pytest.mark.parametrize(
    ("request_", "absent"),
    [("directory", "find"), ("directory", "ldd")]
    + [("archive", name) for name in ("bsdtar", "bsdcat", "ldd", "blkid")],
    indirect=["request_"],
)
def test_what_reading_needs_is_named_too(refusal: Callable[..., SandboxError], absent: str) -> None:
    error = refusal(absent)
    assert absent in error.message
    assert packages.package_of(absent) in str(error)


def test_all_that_is_missing_is_named_in_one_sentence(refusal: Callable[..., SandboxError]) -> None:
    """Also what the reading would have needed first."""
    absent = ("dmsetup", "busybox", "cpio", "xorriso", "mcopy")
    message = refusal(*absent).message
    assert all(f"{name} (package {packages.package_of(name)})" in message for name in absent)
