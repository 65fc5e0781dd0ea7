"""Where root may write and mount: below directories that nobody else can rename things in."""

import grp
import os
import pwd
import stat
import struct
from pathlib import Path

import pytest

from tui.backend import trust
from tui.backend.host import Owner
from tui.backend.machine import RealHost
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import mounting

ALICE, BOB = 4711, 4712
SHARED, HERS, OURS, NOBODYS = 900, 901, 902, 903
"""Groups: of whom is not told; of Alice alone; of both; of none."""
DIRECTORY = stat.S_IFDIR | 0o755


class Owned(PracticeHost):
    """A machine whose paths have the owners and modes that are noted; all others are root's."""

    def __init__(self, **owners: tuple[int, int] | Owner) -> None:
        super().__init__()
        self.owners = {path.replace("_", "/"): owner for path, owner in owners.items()}

    def owner(self, path: str) -> Owner:
        owner = self.owners.get(path, (0, DIRECTORY))
        return owner if isinstance(owner, Owner) else Owner(owner[0], SHARED, owner[1])


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


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The users and groups of a machine."""
    users = [
        pwd.struct_passwd((name, "x", uid, gid, "", "/", "/bin/sh"))
        for name, uid, gid in (("alice", ALICE, HERS), ("bob", BOB, OURS))
    ]
    members: dict[int, list[str]] = {HERS: [], OURS: ["alice"], NOBODYS: []}
    monkeypatch.setattr(pwd, "getpwall", lambda: users)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: next(user for user in users if user.pw_name == name))
    monkeypatch.setattr(grp, "getgrgid", lambda gid: grp.struct_group(("group", "x", gid, members[gid])))
    monkeypatch.setenv("SUDO_UID", str(ALICE))


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("gid", "mode", "listed", "trusted"),
    [
        (HERS, 0o775, False, True),  # her umask is 002
        (HERS, 0o775, True, False),  # an access list lets somebody else write
        (HERS, 0o777, False, False),
        (OURS, 0o775, False, False),
        (NOBODYS, 0o775, False, False),
        (SHARED, 0o775, False, False),  # of which nothing is known
    ],
)
def test_a_group_with_one_member(gid: int, mode: int, *, listed: bool, trusted: bool) -> None:
    host = Owned(_home_a=Owner(ALICE, gid, stat.S_IFDIR | mode, listed))
    assert (trust.fault(host, "/home/a/x") == "") is trusted


def test_an_access_list_is_seen(tmp_path: Path) -> None:
    assert not RealHost().owner(str(tmp_path)).listed
    nobody = 2**32 - 1
    entries = ((1, nobody), (2, BOB), (4, nobody), (16, nobody), (32, nobody))
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", tag, 7, uid) for tag, uid in entries)
    os.setxattr(tmp_path, "system.posix_acl_access", acl)
    assert RealHost().owner(str(tmp_path)).listed


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
    found = RealHost().owner(str(tmp_path / "link"))
    assert (found.uid, found.gid, stat.S_ISLNK(found.mode)) == (os.getuid(), os.getgid(), True)
    assert trust.fault(RealHost(), str(tmp_path / "a/b/c"), inside=True) == ""


@pytest.mark.parametrize("kind", ["fifo", "directory", "device"])
def test_only_regular_files_are_opened(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "directory").mkdir()
    path = "/dev/zero" if kind == "device" else str(tmp_path / kind)
    with pytest.raises(OSError, match="regular file"):
        RealHost().open(path)


@pytest.mark.parametrize(
    ("owners", "said"),
    [
        ({}, ""),
        ({"_img": (ALICE, stat.S_IFREG | 0o644)}, f"/img belongs to the user {ALICE}, who can change it"),
        ({"_img": (0, stat.S_IFREG | 0o646)}, "others can write to /img at any moment"),
        ({"_img": (0, stat.S_IFREG | 0o664)}, "others can write to /img at any moment"),
        ({"_img": (0, stat.S_IFREG | 0o600)}, ""),
    ],
)
def test_a_file_that_others_can_change(owners: dict[str, tuple[int, int]], said: str) -> None:
    found = trust.changeable(Owned(**owners), "/img")
    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_a_file_in_a_directory_that_others_can_change() -> None:
    assert "/home/a belongs to" in trust.changeable(Owned(_home_a=(ALICE, DIRECTORY)), "/home/a/img")


def test_who_called_sudo_may_have_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", str(ALICE))
    assert trust.changeable(Owned(_img=(ALICE, stat.S_IFREG | 0o644)), "/img") == ""
