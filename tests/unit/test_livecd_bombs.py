"""Archives and images that were made to keep us busy, or to take all memory: each ends soon."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import resource
import socket
import subprocess
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.backend.errors import Refused
from tui.backend.livecd import archives, confine, cpio, listing, roots, segments
from tui.backend.livecd.listing import Collector, Entry
from tui.backend.machine import RealHost

NUMBERS = [1, 0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0]
MIB = 1 << 20


def header(name: bytes = b"x", **changed: int | bytes) -> bytes:
    """A member without contents; `size`, `mode` and `length` (of the name) may be anything."""
    fields = [b"%08X" % number for number in NUMBERS]
    fields[11] = b"%08X" % (len(name) + 1)
    for key, value in changed.items():
        place = {"mode": 1, "size": 6, "length": 11}[key]
        fields[place] = b"%08X" % value if isinstance(value, int) else value
    data = b"070701" + b"".join(fields) + name + b"\0"
    return data + bytes(-len(data) % 4)


@pytest.mark.parametrize("number", [b"-0000070", b"+0000070", b" 0000070", b"0_000070", b"0x000070"])
@pytest.mark.parametrize("field", ["size", "length"])
def test_numbers_of_a_cpio_are_digits(field: str, number: bytes) -> None:
    data = header(**{field: number}) + bytes(400)
    with pytest.raises(ValueError, match="damaged"):
        segments.find(io.BytesIO(data))
    with pytest.raises(ValueError, match="damaged"):
        list(cpio.read(io.BytesIO(data)))


@pytest.mark.parametrize("changed", [{"length": 0xF0000000}, {"mode": 0o120777, "size": 0xF0000000}])
def test_no_name_or_link_is_longer_than_a_path(changed: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="bytes"):
        list(cpio.read(io.BytesIO(header(**changed))))  # type: ignore[arg-type]


def gz() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    made = zlib.compressobj(9, wbits=31)
    return made.compress, made.flush


def bz() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    made = bz2.BZ2Compressor(9)
    return made.compress, made.flush


def xz() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    made = lzma.LZMACompressor(preset=1)
    return made.compress, made.flush


@pytest.mark.parametrize("kind", [gz, bz, xz])
def test_what_comes_out_of_a_compressed_part_is_not_kept(
    kind: Callable[[], tuple[Callable[[bytes], bytes], Callable[[], bytes]]],
) -> None:
    compress, flush = kind()
    data = b"".join(compress(bytes(MIB)) for _ in range(64)) + flush()
    tracemalloc.start()
    found = segments.find(io.BytesIO(data + bytes(512) + header(b"TRAILER!!!")))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [part.offset for part in found] == [0, len(data) + 512]
    assert most < 16 * MIB


@pytest.mark.parametrize("kind", [gz, bz, xz])
@pytest.mark.parametrize("parts", [1, 2])
def test_what_comes_out_of_compressed_parts_is_counted(
    kind: Callable[[], tuple[Callable[[bytes], bytes], Callable[[], bytes]]],
    parts: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of all of them together."""
    monkeypatch.setattr(segments, "_MOST_OUTPUT", 10 * MIB)
    data = b""
    for _part in range(parts):
        compress, flush = kind()
        data += b"".join(compress(bytes(MIB)) for _ in range(12 // parts)) + flush()
    with pytest.raises(ValueError, match="come out of its compressed parts"):
        segments.find(io.BytesIO(data))


def test_xz_gets_no_memory_without_end() -> None:
    large = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 512 * MIB}]
    compressor = lzma.LZMACompressor(filters=large)
    try:
        data = compressor.compress(b"x") + compressor.flush()
    except MemoryError:
        pytest.skip("this machine has too little memory for it")
    with pytest.raises(ValueError, match="damaged"):
        segments.find(io.BytesIO(data))


def test_parts_and_zeros_are_counted(tmp_path: Path) -> None:
    trailer = header(b"TRAILER!!!")
    with pytest.raises(ValueError, match="more than 100 parts"):
        segments.find(io.BytesIO(trailer * 200))
    (tmp_path / "x").write_bytes(trailer)
    os.truncate(tmp_path / "x", 1 << 40)
    with (tmp_path / "x").open("rb") as file, pytest.raises(ValueError, match="zeros"):
        segments.find(file)


def test_names_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_NAMES", 3)
    found = Collector("/r")
    for name in "abc":
        found.add(name, Entry("f"))
    with pytest.raises(Refused, match="/r has more than 3 names"):
        found.add("d", Entry("f"))


def test_text_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_TEXT", MIB)
    with pytest.raises(Refused, match="1 MiB of names"):
        Collector("/r").add("x" * 600_000, Entry("l", target="y" * 500_000))


def test_the_directories_above_a_name_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a text of its own: of a deep name they are many, and long."""
    monkeypatch.setattr(listing, "MOST_TEXT", 100_000)
    with pytest.raises(Refused, match="MiB"):
        Collector("x").add("a/" * 1000 + "b", Entry("f"))


@pytest.mark.parametrize("extent", [4096, 5000, 120_000])
def test_a_tar_with_a_name_that_no_path_can_have(tmp_path: Path, extent: int) -> None:
    member = tarfile.TarInfo("a/" * (extent // 2) + "b")
    with tarfile.open(tmp_path / "x.tar", "w", format=tarfile.PAX_FORMAT) as made:
        made.addfile(member)
    with pytest.raises(Refused, match="characters in it, and Linux has none"):
        archives.read(RealHost(), str(tmp_path / "x.tar"), confine.settle(RealHost()))


class Counting(dict[str, Entry]):
    """Entries that count how often one of them is written."""

    writes = 0

    def __setitem__(self, name: str, entry: Entry) -> None:
        self.writes += 1
        super().__setitem__(name, entry)

    def update(self, new: dict[str, Entry]) -> None:  # type: ignore[override]
        self.writes += len(new)
        super().update(new)


def test_names_of_one_file_that_all_have_contents() -> None:
    """As no program makes them: each name is written twice at the most, however many there are."""
    found = Collector("x")
    found.entries = Counting()
    members = (cpio.Member(f"name{n}", Entry("f", 1 + n), (1, 1)) for n in range(500))
    archives._note_members("x", members, found)
    assert {entry.size for entry in found.entries.values()} == {500}
    assert found.entries.writes <= 1000


def directory(place: Path, count: int) -> Path:
    (place / "tree/sbin").mkdir(parents=True)
    (place / "tree/sbin/init").write_bytes(b"#!/bin/sh\n")
    (place / "tree/sbin/init").chmod(0o755)
    for number in range(count):
        (place / "tree" / str(number)).touch()
    return place / "tree"


def as_tar(place: Path, count: int) -> Path:
    with tarfile.open(place / "x.tar", "w") as made:
        made.add(directory(place, count), ".")
    return place / "x.tar"


def as_cpio(place: Path, count: int) -> Path:
    (place / "x").write_bytes(b"".join(header(b"%d" % n) for n in range(count)) + header(b"TRAILER!!!"))
    return place / "x"


def as_squashfs(place: Path, count: int) -> Path:
    words = ["mksquashfs", str(directory(place, count)), str(place / "x.squashfs"), "-quiet", "-no-progress"]
    subprocess.run(words, check=True, capture_output=True)
    return place / "x.squashfs"


@pytest.mark.parametrize("kind", [directory, as_tar, as_cpio, as_squashfs])
def test_every_kind_of_root_has_as_many_names_as_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[[Path, int], Path]
) -> None:
    monkeypatch.setattr(listing, "MOST_NAMES", 20)
    with pytest.raises(Refused, match="more than 20 names"):
        roots.find(RealHost(), str(kind(tmp_path, 3000)))


def fifo(path: Path) -> None:
    os.mkfifo(path)


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("kind", [fifo, bound, folder])
def test_an_init_that_is_no_file(tmp_path: Path, kind: Callable[[Path], None]) -> None:
    (tmp_path / "tree/sbin").mkdir(parents=True)
    kind(tmp_path / "tree/sbin/init")
    with pytest.raises(Refused, match="no init to start"):
        roots.find(RealHost(), str(tmp_path / "tree"))
    words = ["mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal"]
    subprocess.run(
        [*words, "-d", tmp_path / "tree", tmp_path / "x.img", "4M"], check=True, capture_output=True
    )
    with pytest.raises(Refused, match="no init to start"):
        roots.find(RealHost(), str(tmp_path / "x.img"))


def test_an_init_of_four_terabytes_in_an_image(tmp_path: Path) -> None:
    tree = directory(tmp_path, 0)
    (tree / "sbin/init").unlink()
    with (tree / "sbin/init").open("wb") as file:
        file.write(b"#!/bin/sh\n")
        file.truncate(4 << 40)
    (tree / "sbin/init").chmod(0o755)
    words = [
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-O",
        "^has_journal",
        "-d",
        str(tree),
        str(tmp_path / "x.img"),
        "8M",
    ]
    subprocess.run(words, check=True, capture_output=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert roots.find(RealHost(), str(tmp_path / "x.img")).init == "/sbin/init"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 5


def test_an_archive_that_takes_the_place_of_a_checked_one(tmp_path: Path) -> None:
    """A list of files is read by a user who can read nothing of root's."""
    with tarfile.open(tmp_path / "x.tar", "w") as made:
        made.add(directory(tmp_path, 0), ".")
    (line,) = archives.read(RealHost(), str(tmp_path / "x.tar"), confine.settle(RealHost())).streams
    secret = tmp_path / "secret"
    secret.write_text("of root's")
    secret.chmod(0o600)
    (tmp_path / "x.tar").write_text(f"#mtree\n./init type=file mode=0755 contents={secret}\n")
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=False)
    if os.geteuid() == 0:
        assert b"of root's" not in done.stdout
    assert str(tmp_path) not in line.split(" <")[0]


@pytest.mark.parametrize("where", ["pax", "gnu"])
def test_a_link_whose_target_no_link_can_have(tmp_path: Path, where: str) -> None:
    """Python's tarfile would read it into memory, and search it in a time that grows with its square."""
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "1" * 900_000
    form = tarfile.PAX_FORMAT if where == "pax" else tarfile.GNU_FORMAT
    with tarfile.open(tmp_path / "x.tar", "w", format=form) as made:
        made.addfile(link)
    with (
        (tmp_path / "x.tar").open("rb") as file,
        pytest.raises(ValueError, match=r"has 900,0.. bytes"),
        tarfile.open(fileobj=file, mode="r|", tarinfo=archives._Member) as tar,
    ):
        tar.next()
    with pytest.raises(Refused, match="damaged"):
        archives.read(RealHost(), str(tmp_path / "x.tar"), confine.settle(RealHost()))


def test_a_name_that_comes_twice_is_counted_twice(tmp_path: Path) -> None:
    """Both are unpacked, one after the other."""
    with tarfile.open(tmp_path / "x.tar", "w") as made:
        for size in (5 << 20, 1):
            member = tarfile.TarInfo("x")
            member.size = size
            made.addfile(member, io.BytesIO(bytes(size)))
    found = archives.read(RealHost(), str(tmp_path / "x.tar"), confine.settle(RealHost())).listing
    assert found.entries["x"].size == 1
    assert found.bytes >= 5 << 20


def test_members_of_one_name_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """More is kept of each than its name."""
    monkeypatch.setattr(listing, "MOST_NAMES", 10)
    found = Collector("x.cpio")
    for _member in range(10):
        found.add("a", Entry(listing.FILE, 1))
    with pytest.raises(Refused, match="more than 10 names"):
        found.add("a", Entry(listing.FILE, 1))
