"""What a running Live CD looks like to the verbs; and kernels that apt fetches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.command_line import CommandLine
from tui.backend import names, paths
from tui.backend.errors import CommandFailed, NotFound, Refused, UsageError
from tui.backend.inventory import blockers, sandboxes
from tui.backend.livecd import build, kernel_fetch
from tui.backend.livecd.request import BuildRequest
from tui.backend.machine import RealHost
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import remove

SAYS = "linux-image-amd64\n  Depends: linux-image-6.1.0-99-amd64\n"


class Apt(RealHost):
    """This machine, with an apt-cache that says what it is told to."""

    says: str | None = SAYS

    def run(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        output: str | None = None,
        timeout: float | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> str:
        assert argv[0] == "apt-cache"
        if self.says is None:
            raise CommandFailed("The program apt-cache is missing.")
        return self.says


@pytest.fixture
def apt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Apt:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Apt()


def test_the_medium_is_no_sandbox_and_no_name_for_one() -> None:
    assert paths.sandbox_in("/run/sandbox-tui/medium/live/root.squashfs") == ""
    assert paths.sandbox_in("/run/sandbox-tui/.image/root.ext4") == ""
    assert paths.sandbox_in("/run/sandbox-tui/medium2/store/cow") == "medium2"
    with pytest.raises(UsageError):
        names.check("medium")


def test_a_medium_among_the_sandboxes_is_not_listed() -> None:
    host = PracticeHost()
    host.run(["mkdir", "--parents", paths.MEDIUM])
    assert sandboxes.read(host) == ()


def test_the_root_of_the_running_system_is_not_removed(capsys: pytest.CaptureFixture[str]) -> None:
    host = PracticeHost()
    cli = CommandLine(host, capsys)
    cli.make()
    (found,) = sandboxes.read(host)
    root = replace(found, mounts=(replace(found.mounts[0], mountpoint="/"),))
    assert root.is_root
    assert not found.is_root
    assert [blocker.what for blocker in blockers.now(host, root)] == ["the running system"]
    with pytest.raises(Refused, match="root of the running system"):
        remove.check(root, ())


def test_a_kernel_is_fetched_into_the_cache_and_never_installed(apt: Apt, tmp_path: Path) -> None:
    script = kernel_fetch.prepare(apt).plan.script()
    tree = f"{tmp_path}/sandbox-tui/livecd-kernel/6.1.0-99-amd64"
    assert f"mv --no-target-directory {tree}.part {tree}\n" in script
    assert "dpkg-deb --extract" in script
    assert "apt-get install" not in script
    assert [step.undo is not None for step in kernel_fetch.prepare(apt).plan.steps[:3]] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("says", [None, "", "linux-image-amd64\n"])
def test_a_machine_whose_apt_knows_no_kernel(apt: Apt, says: str | None) -> None:
    apt.says = says
    with pytest.raises(Refused) as refusal:
        kernel_fetch.prepare(apt)
    assert "--kernel VMLINUZ --modules DIR" in refusal.value.hint


def test_a_kernel_that_was_not_fetched_yet(apt: Apt) -> None:
    assert kernel_fetch.fetched(apt) is None
    with pytest.raises(NotFound, match="not fetched"):
        build._kernel(apt, BuildRequest("/root", "/out.iso", fetch_kernel=True))
