"""Mounts are looked for in any number of them: what is found so is what reading all of them finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpora import readers
from tui.backend import paths, processes, tasks
from tui.backend.kernel import mountinfo
from tui.backend.kernel.text import decode

RECORDED = Path(readers.__file__).parent / "recorded" / "mountinfo"
REAL = [decode(file.read_bytes()) for file in sorted(RECORDED.glob("*.txt"))]
TYPES = ("btrfs", "tmpfs", "nsfs")

word = st.text(st.sampled_from("ab/-:\r\x0b\x85\xa0\u2003\udcff\\"), min_size=1, max_size=6).map(
    lambda text: f"/{text}".replace("\\", "\\134")
)
group = st.sampled_from(["", "shared:1 ", "master:2 ", "shared:1 master:2 ", "unbindable "])
number = st.sampled_from(["0:1", "0:12", "8:1", "8:12", "253:0"])
fstype = st.sampled_from(["btrfs", "tmpfs", "ext4", "nsfs", "fuse.x-tmpfs", "btrfs2"])
line = st.builds(
    lambda own, devno, root, place, groups, kind, source: (
        f"{own} 1 {devno} {root} {place} rw,x {groups}- {kind} {source} rw"
    ),
    st.integers(1, 999), number, word, word, group, fstype, word,
)  # fmt: skip
text = st.one_of(st.lists(line).map("\n".join), st.sampled_from(REAL))


@given(text, number)
def test_some_are_those_of_all(text: str, devno: str) -> None:
    found = mountinfo.parse(text)
    wanted = tuple(mount for mount in found if mount.devno == devno or mount.fstype in TYPES)
    assert mountinfo.some(text, devno, TYPES) == wanted
    ids = {str(mount.id) for mount in found if mount.fstype in TYPES}
    assert mountinfo.numbers(text, TYPES) == ids
    assert [*mountinfo.places(text)] == [(str(mount.id), mount.mountpoint) for mount in found]


@given(text)
def test_each_kind_has_one_that_stands_for_it(text: str) -> None:
    here = frozenset({"0:12"})
    found = mountinfo.kinds(text, here, TYPES)
    every = [
        mount
        for mount in mountinfo.parse(text)
        if not mount.devno.startswith("0:") or mount.devno in here or mount.fstype in TYPES
    ]
    kinds = [(m.devno, m.fstype, m.source, m.shared, m.master, m.unbindable) for m in found]
    assert len(set(kinds)) == len(kinds)
    assert set(kinds) == {(m.devno, m.fstype, m.source, m.shared, m.master, m.unbindable) for m in every}
    assert set(found) <= set(every)


points = st.frozensets(st.sampled_from(["/", "/a", "/a/b", "/a/b (deleted)", "/ab", "relative"]), max_size=3)


@given(
    st.sampled_from(["/", "/a", "/a/b/c", "/ab/c", "/a (deleted)", "/a/b (deleted)", "socket:[1]", "", "/b"]),
    points,
)
def test_inside_any_of_many_is_inside_one_of_them(path: str, points: frozenset[str]) -> None:
    real = path.removesuffix(" (deleted)")
    wanted = real.startswith("/") and any(paths.within(real, point) for point in points)
    assert processes._inside(path, points) == wanted


@pytest.mark.parametrize("points", [3, 65000])
def test_a_mapped_file_is_found_below_one_of_many(points: int, monkeypatch: pytest.MonkeyPatch) -> None:
    near = frozenset(f"/tmp/a/{number}" for number in range(points))
    text = "0-1 r--p 0 8:1 1      /tmp/a/2/library\n0-1 r--p 0 8:1 1      /usr/lib/libc.so\n"
    monkeypatch.setattr(tasks, "text", lambda path, most: text)
    assert [*processes._mapped(1, near)] == ["/tmp/a/2/library"]


def test_only_what_can_matter_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A namespace may have a hundred thousand mounts, and anybody may have a namespace."""
    line = "{0} 29 0:{0} / /tmp/a/mnt{0} rw,relatime - tmpfs none rw,size=1k\n"
    many = "".join(map(line.format, range(1000)))
    read: list[str] = []
    monkeypatch.setattr(mountinfo, "_mount", read.append)
    mountinfo.kinds(many, frozenset(), ("btrfs",))
    mountinfo.some(many, "8:1", ("btrfs",))
    mountinfo.kinds("1 1 8:1 / /a rw - ext4 /dev/sda1 rw\n" * 1000, frozenset(), TYPES)
    assert len(read) == 1
