"""Where root may write and mount: below directories that nobody else can rename things in."""

import os
import stat
from pathlib import Path

import pytest

from tui.backend import trust
from tui.backend.machine import RealHost
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import mounting

ALICE, BOB = 4711, 4712
DIRECTORY = stat.S_IFDIR | 0o755


class Owned(PracticeHost):
    """A machine whose paths have the owners and modes that are noted; all others are root's."""

    def __init__(self, **owners: tuple[int, int]) -> None:
        super().__init__()
        self.owners = {path.replace("_", "/"): owner for path, owner in owners.items()}

    def owner(self, path: str) -> tuple[int, int]:
        return self.owners.get(path, (0, DIRECTORY))


def test_what_is_roots_is_trusted() -> None:
    assert trust.fault(Owned(), "/mnt/new/er", inside=True) == ""


@pytest.mark.parametrize("place", ["_home", "_home_a", "_home_a_b"])
def test_a_directory_of_somebody_elses(place: str) -> None:
    fault = trust.fault(Owned(**{place: (ALICE, DIRECTORY)}), "/home/a/b/c")
    assert f"{place.replace('_', '/')} belongs to the user {ALICE}" in fault


def test_the_last_one_counts_only_where_names_are_made_in_it() -> None:
    host = Owned(_home_a=(ALICE, DIRECTORY))
    assert trust.fault(host, "/home/a") == ""
    assert "/home/a belongs to" in trust.fault(host, "/home/a", inside=True)


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777])
def test_a_directory_that_others_can_write_to(mode: int) -> None:
    host = Owned(_srv=(0, stat.S_IFDIR | mode))
    assert "others can write to /srv" in trust.fault(host, "/srv/x")
    assert "others can write to /srv" in trust.fault(host, "/srv", inside=True)


def test_in_a_sticky_directory_each_has_what_is_his() -> None:
    host = Owned(_tmp=(0, stat.S_IFDIR | 0o1777), _tmp_a=(ALICE, DIRECTORY))
    assert trust.fault(host, "/tmp/root", inside=True) == ""
    assert trust.fault(host, "/tmp", inside=True) == ""
    assert "/tmp/a belongs to" in trust.fault(host, "/tmp/a")


def test_who_called_sudo_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Owned(_home_a=(ALICE, DIRECTORY), _home_b=(BOB, DIRECTORY))
    monkeypatch.setenv("SUDO_UID", str(ALICE))
    assert trust.fault(host, "/home/a/x") == ""
    assert trust.fault(host, "/home/b/x")
    monkeypatch.setenv("SUDO_UID", "²")
    assert trust.fault(host, "/home/a/x")


def test_nobody_but_root_needs_it() -> None:
    host = Owned(_home_a=(ALICE, DIRECTORY))
    host.world.root = False
    assert trust.fault(host, "/home/a/x") == ""


def test_a_mount_point() -> None:
    host = Owned(_home_user=(ALICE, DIRECTORY))
    target = mounting.survey(host, "/home/user/m")
    assert target.refusal.startswith(f"/home/user belongs to the user {ALICE}")


def test_the_real_machine(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/nowhere")
    uid, mode = RealHost().owner(str(tmp_path / "link"))
    assert (uid, stat.S_ISLNK(mode)) == (os.getuid(), True)
    assert trust.fault(RealHost(), str(tmp_path / "a/b/c"), inside=True) == ""


@pytest.mark.parametrize("kind", ["fifo", "directory", "device"])
def test_only_regular_files_are_opened(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "directory").mkdir()
    path = "/dev/zero" if kind == "device" else str(tmp_path / kind)
    with pytest.raises(OSError, match="regular file"):
        RealHost().open(path)
