"""The names of segments, and the segments that nobody accounts for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.practice_verbs import NAME, clear, make, same, sandbox
from tui.backend import paths
from tui.backend.practice import PracticeHost
from tui.backend.practice.state import State

LONGEST_DISK = 31
"""DISK_NAME_LEN of Linux is 32, and a NUL ends it."""
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,60}", fullmatch=True).filter(paths.is_name)


@given(NAMES, st.integers(1, 999))
def test_a_name_has_room_and_can_be_read_again(name: str, number: int) -> None:
    kname = paths.segment(name, number)
    assert len(kname) <= LONGEST_DISK
    assert paths.segment_parts(kname) == (paths.segment_key(name), number)
    assert paths.is_name(paths.segment_key(name))


@given(NAMES, NAMES)
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert (paths.segment_key(one) == paths.segment_key(other)) is (one == other)


@pytest.mark.parametrize(
    "kname", ["nullb0", "sandbox-", "sandbox-a", "sandbox-a:", "sandbox-a:x", "sandbox-:1", "sandbox-../x:1"]
)
def test_devices_of_others_are_none_of_ours(kname: str) -> None:
    assert paths.segment_parts(kname) is None


def orphaned() -> tuple[PracticeHost, State]:
    """A machine on which somebody took all of a sandbox away but its memory, and how it was before."""
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    for argv in (
        ["umount", f"/run/sandbox-tui/{NAME}/mnt"],
        ["dmsetup", "remove", NAME],
        ["dmsetup", "remove", f"{NAME}:cow"],
        ["umount", f"/run/sandbox-tui/{NAME}/config"],
        ["rm", "--recursive", "--force", f"/run/sandbox-tui/{NAME}"],
    ):
        host.run(argv)
    return host, before


def test_segments_of_which_nothing_else_is_left_are_recovered() -> None:
    host, before = orphaned()
    found = sandbox(host)
    assert [segment.kname for segment in found.segments] == [paths.segment(NAME, 1)]
    assert not found.whole
    clear(host)
    same(host, before)
