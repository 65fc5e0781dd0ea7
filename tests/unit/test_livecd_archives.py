"""Archives as roots: every kind is read, and nothing escapes from a hostile one."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.errors import Refused
from tui.backend.livecd import archives, confine, segments
from tui.backend.livecd import cpio as members
from tui.backend.livecd.segments import Segment
from tui.backend.machine import RealHost


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    place = tmp_path / "tree"
    (place / "sbin").mkdir(parents=True)
    (place / "sbin/init").write_bytes(b"#!/bin/sh\n" + bytes(5000))
    (place / "sbin/init").chmod(0o755)
    (place / "sbin/again").hardlink_to(place / "sbin/init")
    (place / "link").symlink_to("/sbin/init")
    return place


def cpio(place: Path) -> bytes:
    names = "\n".join(sorted(str(path.relative_to(place)) for path in place.rglob("*")))
    words = ["cpio", "--create", "--format=newc", "--quiet"]
    return subprocess.run(words, input=names.encode(), cwd=place, check=True, capture_output=True).stdout


def zstd(data: bytes) -> bytes:
    return subprocess.run(["zstd", "-q"], input=data, check=True, capture_output=True).stdout


def xz(data: bytes) -> bytes:
    return lzma.compress(data, check=lzma.CHECK_CRC32)


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "xz": xz,
    "bzip2": bz2.compress,
    "zstd": zstd,
}


def tar(place: Path) -> bytes:
    words = ["tar", "--create", "--directory", str(place), "."]
    return subprocess.run(words, check=True, capture_output=True).stdout


@pytest.mark.parametrize("kind", [tar, cpio])
@pytest.mark.parametrize("how", COMPRESSORS)
def test_every_kind_of_archive(tree: Path, tmp_path: Path, kind: Callable[[Path], bytes], how: str) -> None:
    file = tmp_path / "an archive's file"
    file.write_bytes(COMPRESSORS[how](kind(tree)))
    listing = archives.read(RealHost(), str(file), confine.settle(RealHost())).listing
    assert listing.follow("/link") == "sbin/init"
    assert listing.entries["sbin/init"].kind == "f"
    assert listing.entries["sbin/init"].head.startswith(b"#!/bin/sh")
    assert listing.bytes >= 8192


@pytest.mark.parametrize("how", COMPRESSORS)
def test_an_initrd_of_several_parts(tree: Path, tmp_path: Path, how: str) -> None:
    early, more = tmp_path / "early", tmp_path / "more"
    (early / "kernel").mkdir(parents=True)
    (early / "kernel/microcode").write_bytes(b"m" * 100)
    more.mkdir()
    (more / "last").write_text("z")
    file = tmp_path / "initrd"
    file.write_bytes(cpio(early) + bytes(512) + gzip.compress(cpio(more)) + COMPRESSORS[how](cpio(tree)))
    with file.open("rb") as opened:
        assert len(segments.find(opened)) == 3
    entries = archives.read(RealHost(), str(file), confine.settle(RealHost())).listing.entries
    assert {"kernel/microcode", "last", "sbin/init"} <= set(entries)


def test_attributes_are_noted(tmp_path: Path) -> None:
    file = tmp_path / "x.tar"
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as made:
        member = tarfile.TarInfo("ping")
        member.pax_headers = {"SCHILY.xattr.user.note": "a b"}
        made.addfile(member)
    (found,) = archives.read(RealHost(), str(file), confine.settle(RealHost())).attributes
    assert (found.path, found.name, found.value) == ("ping", "user.note", b"a b")


def hostile(file: Path, name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> None:
    with tarfile.open(file, "w") as made:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        made.addfile(member, io.BytesIO())


@pytest.mark.parametrize("name", ["../escape", "/etc/passwd", "a/../../b", "..", "a/..", "a\nb"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    hostile(tmp_path / "x.tar", name)
    with pytest.raises(Refused, match="leads elsewhere"):
        archives.read(RealHost(), str(tmp_path / "x.tar"), confine.settle(RealHost()))


@pytest.mark.parametrize("name", ["../escape", "/abs/olute", "a/../../b"])
def test_names_in_a_cpio_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    fields = [1, 0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name) + 1, 0]
    data = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    end = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0]
    data += bytes(-len(data) % 4) + b"070701" + b"".join(b"%08X" % field for field in end) + b"TRAILER!!!\0"
    (tmp_path / "x.cpio").write_bytes(data + bytes(-len(data) % 512))
    with pytest.raises(Refused, match="leads elsewhere"):
        archives.read(RealHost(), str(tmp_path / "x.cpio"), confine.settle(RealHost()))


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd"])
def test_hard_links_that_lead_elsewhere_are_refused(tmp_path: Path, target: str) -> None:
    hostile(tmp_path / "x.tar", "innocent", tarfile.LNKTYPE, target)
    with pytest.raises(Refused, match="leads elsewhere"):
        archives.read(RealHost(), str(tmp_path / "x.tar"), confine.settle(RealHost()))


def test_a_path_that_would_be_shell(tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "$(touch escaped) ; 'x' `y`"
    file.write_bytes(cpio(tree) + gzip.compress(cpio(tree)))
    assert archives.read(RealHost(), str(file), confine.settle(RealHost())).listing.follow("/sbin/init")
    assert not Path("escaped").exists()


@pytest.mark.parametrize("how", COMPRESSORS)
@pytest.mark.parametrize("kind", [tar, cpio])
def test_an_archive_that_is_cut_short(
    tree: Path, tmp_path: Path, kind: Callable[[Path], bytes], how: str
) -> None:
    (tree / "much").write_bytes(bytes(range(256)) * 400)
    data = COMPRESSORS[how](kind(tree))
    file = tmp_path / "cut"
    file.write_bytes(data[: len(data) // 3])
    with pytest.raises(Refused, match="damaged"):
        archives.read(RealHost(), str(file), confine.settle(RealHost()))


@pytest.mark.parametrize(
    "data",
    [b"", b"hello, this is no archive\n", bytes(4096), b"\x1f\x8b"],
    ids=["empty", "text", "zeros", "gzip"],
)
def test_what_is_no_archive(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(data)
    with pytest.raises(Refused):
        archives.read(RealHost(), str(file), confine.settle(RealHost()))


@given(st.binary(max_size=600))
def test_any_bytes_have_segments_or_an_error(data: bytes) -> None:
    try:
        found = segments.find(io.BytesIO(b"070701" + data))
    except ValueError:
        return
    assert all(isinstance(part, Segment) for part in found)


def test_an_archive_without_entries_for_its_directories(tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "flat.tar"
    words = ["tar", "--create", f"--file={file}", f"--directory={tree}", "sbin/init", "link"]
    subprocess.run(words, check=True)
    listing = archives.read(RealHost(), str(file), confine.settle(RealHost())).listing
    assert listing.follow("/link") == "sbin/init"
    assert listing.entries["sbin"].kind == "d"


@pytest.mark.parametrize("padding", [0, 512, 1 << 20])
def test_the_end_of_an_archive_is_read_too(tree: Path, padding: int) -> None:
    """Who writes it would take a pipe that is closed before for an error."""
    file = io.BytesIO(cpio(tree) + bytes(padding))
    assert [member.name for member in members.read(file)]
    assert file.read() == b""
