"""Text of the kernel is cut at newlines, spaces and tabs, and at nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.backend.kernel import mountinfo
from tui.backend.kernel import text as kernel_text
from tui.backend.machine import RealHost

OTHER_BREAKS = ("\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\u00a0")
"""What Python takes for the end of a line, or for white space, and the kernel does not escape."""


def escaped(path: str) -> str:
    """A path as the kernel writes it into mountinfo (mangle of fs/seq_file.c)."""
    return "".join(f"\\{ord(letter):03o}" if letter in " \t\n\\" else letter for letter in path)


def line(point: str) -> str:
    return f"36 35 98:0 / {escaped(point)} rw,noatime shared:1 - ext4 /dev/root rw,errors=continue\n"


@pytest.mark.parametrize("letter", OTHER_BREAKS, ids=ascii)
def test_a_line_of_mountinfo_is_broken_by_newlines_only(letter: str) -> None:
    (mount,) = mountinfo.parse(line(f"/home/a{letter}b"))
    assert mount.mountpoint == f"/home/a{letter}b"
    assert mount.shared == "1"


@given(st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1))
@example("a\r\nb")
@example("\x85")
def test_every_mount_point_comes_back(name: str) -> None:
    found = mountinfo.parse(line(f"/{name}") + line("/after"))
    assert [mount.mountpoint for mount in found] == [f"/{name}", "/after"]


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name and b"/" not in name))
def test_bytes_that_are_no_text_come_back(name: bytes) -> None:
    shown = b"".join(b"\\%03o" % byte if byte in b" \t\n\\" else bytes([byte]) for byte in name)
    text = kernel_text.decode(b"36 35 98:0 / /%b rw - ext4 /dev/x rw\n" % shown)
    (mount,) = mountinfo.parse(text)
    assert mount.mountpoint.encode("utf-8", "surrogateescape") == b"/" + name


@pytest.mark.parametrize("letter", OTHER_BREAKS, ids=ascii)
def test_a_real_file_is_read_as_it_is(tmp_path: Path, letter: str) -> None:
    text = f"one{letter}more\ntwo\r\n"
    file = tmp_path / "file"
    file.write_bytes(text.encode())
    assert RealHost().read(str(file)) == text
    assert kernel_text.lines(RealHost().read(str(file))) == [f"one{letter}more", "two\r"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\n\nb\n", ["a", "", "b"])],
)
def test_lines(text: str, found: list[str]) -> None:
    assert kernel_text.lines(text) == found


def test_fields_are_between_spaces_and_tabs() -> None:
    assert kernel_text.fields(" /dev/sda2\t\tpartition  8\u00a08\x1c \n") == [
        "/dev/sda2",
        "partition",
        "8\u00a08\x1c",
    ]


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1 ", "1_0", "\u0661", "\u00b2", "1\n", "0x1"])
def test_only_ascii_digits_are_a_number(text: str) -> None:
    assert kernel_text.number(text) is None


@given(st.integers(0, 2**70))
def test_numbers(number: int) -> None:
    assert kernel_text.number(str(number)) == number
