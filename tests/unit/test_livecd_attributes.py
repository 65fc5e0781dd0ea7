"""Extended attributes of foreign archives: kept to the byte, and never a command of debugfs."""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.errors import Refused
from tui.backend.livecd import archives, attributes, confine, debugfs, image
from tui.backend.livecd.archives import Archive
from tui.backend.livecd.attributes import Attribute
from tui.backend.livecd.image import Disk
from tui.backend.livecd.roots import Root
from tui.backend.machine import RealHost
from tui.backend.plan import Step

SEED = "12345678-1234-5678-1234-567812345678"


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that nobody can come to: those of pytest are closed."""
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o755)
        yield Path(made)


def tar(file: Path, headers: dict[str, str], member: str = "ping") -> Path:
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as made:
        entry = tarfile.TarInfo(member)
        entry.pax_headers = headers
        made.addfile(entry)
    return file


def read(file: Path) -> Archive:
    return archives.read(RealHost(), str(file), confine.settle(RealHost()))


def perform(steps: tuple[Step, ...]) -> None:
    for step in steps:
        RealHost().run(step.command.resolve({}), input=step.command.input, output=step.command.output)


def make(place: Path, found: Archive) -> Path:
    """The image of an archive, by the very steps of the plan."""
    root = Root("", 0, 1, 0, "/init", streams=found.streams, attributes=found.attributes)
    disk = Disk(str(place / "it's a disk"), "ext4", 8 << 20, 64, SEED, 1_700_000_000)
    perform(image.from_archive(root, disk, str(place / "unpack"), confine.settle(RealHost())))
    subprocess.run(["e2fsck", "-fn", disk.path], check=True, capture_output=True)
    return Path(disk.path)


def value(disk: Path, path: str, name: str) -> bytes:
    """The bytes of an attribute as debugfs writes them to a file."""
    out = disk.parent / "out"
    question = f'ea_get -f "{out}" {debugfs.word(path)} {debugfs.word(name)}'
    subprocess.run(["debugfs", "-R", question, disk], check=True, capture_output=True)
    return out.read_bytes()


# --- what does harm ---


@pytest.mark.parametrize("how", ["dump /payload {}", "dump -p /payload {}", "rdump / {}", "logdump -O {}"])
def test_an_attribute_that_would_write_a_file_is_refused_and_nothing_is_written(
    place: Path, how: str
) -> None:
    target = place / "written"
    command = how.format(target).replace("/", "%2F").replace(" ", "%20")
    file = tar(place / "x.tar", {f"LIBARCHIVE.xattr.user.x%0A{command}%0A%23": "eA"})
    with pytest.raises(Refused, match="control characters") as refusal:
        make(place, read(file))
    assert "of ping" in refusal.value.message
    assert sorted(os.listdir(place)) == ["x.tar"]


@pytest.mark.parametrize("number", [*range(32), 127])
def test_every_control_character_in_a_name_is_refused(number: int) -> None:
    key = f"LIBARCHIVE.xattr.user.a%{number:02X}b"
    with pytest.raises(Refused, match=r"of the/file has control characters") as refusal:
        attributes.of_member("x.tar", "the/file", {key: "eA"})
    assert refusal.value.message.isprintable()


@pytest.mark.parametrize("path", ["a\rdump b c", "a\x1b[2J", "a\tb", "a\x7f"])
def test_a_path_with_control_characters_may_have_no_attribute(tmp_path: Path, path: str) -> None:
    with pytest.raises(Refused, match="control characters in its name or in that of its file"):
        read(tar(tmp_path / "x.tar", {"LIBARCHIVE.xattr.user.x": "eA"}, path))
    assert path in read(tar(tmp_path / "y.tar", {}, path)).listing.entries


def test_the_usual_way_to_write_attributes_is_as_closed(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="control characters"):
        read(tar(tmp_path / "x.tar", {"SCHILY.xattr.user.x\ndump /a /b\n#": "x"}))


@pytest.mark.parametrize("bad", ["!!!!", "a", "YQ==YQ", "ä"])
def test_a_value_that_is_no_base64_names_the_member(bad: str) -> None:
    with pytest.raises(Refused, match=r"user\.x of some/file has a damaged value"):
        attributes.of_member("x.tar", "some/file", {"LIBARCHIVE.xattr.user.x": bad})


def test_a_line_that_debugfs_would_cut_in_two_is_refused(tmp_path: Path) -> None:
    path = "/".join(['"' * 250] * 16)  # each is doubled
    with pytest.raises(Refused, match="too long"):
        read(tar(tmp_path / "x.tar", {f"LIBARCHIVE.xattr.user.{'x' * 200}": "eA"}, path))


def test_names_and_values_that_ext4_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="longer than 255 bytes"):
        read(tar(tmp_path / "x.tar", {"SCHILY.xattr.user." + "n" * 251: "x"}))
    with pytest.raises(Refused, match="has 4041 bytes, and ext4 holds 4040"):
        read(tar(tmp_path / "x.tar", {"SCHILY.xattr.user.x": "v" * 4041}))


def test_a_list_that_names_files_of_this_machine_is_refused(tmp_path: Path) -> None:
    """bsdtar reads an mtree as an archive whose contents are any files, here as root."""
    secret = tmp_path / "secret"
    secret.write_text("s")
    text = f"#mtree\n./init type=file mode=0755 contents={secret}\n"
    (tmp_path / "x.mtree").write_text(text)
    with pytest.raises(Refused, match="any file of this machine"):
        read(tmp_path / "x.mtree")


def test_a_list_behind_an_initrd_is_refused_too(tmp_path: Path) -> None:
    words = ["cpio", "--create", "--format=newc", "--quiet"]
    (tmp_path / "init").touch()
    first = subprocess.run(words, input=b"init\n", cwd=tmp_path, check=True, capture_output=True).stdout
    text = b"#mtree\n./x type=file contents=/etc/hostname\n"
    packed = subprocess.run(["zstd", "-q"], input=text, check=True, capture_output=True).stdout
    (tmp_path / "initrd").write_bytes(first + packed)
    with pytest.raises(Refused, match="any file of this machine"):
        read(tmp_path / "initrd")


# --- what people have ---


def test_all_values_arrive_as_they_were(place: Path) -> None:
    """Capabilities, labels, signatures, long ones, and names that look like options or quotes."""
    long = bytes(range(256)) * 15
    wanted = {
        "security.capability": bytes.fromhex("0100000200200000000000000000000000000000"),
        'user.a "quoted" name\\': b'"\\\n',
        "user.empty": b"",
        "user.-f": b"#",
        "user.long": long,
    }
    given = {f"SCHILY.xattr.{name}": data.decode(errors="surrogateescape") for name, data in wanted.items()}
    file = tar(place / "x.tar", given, 'some "file\\" of <12> -r')
    found = read(file)
    assert {entry.name: entry.value for entry in found.attributes} == wanted
    disk = make(place, found)
    for name, data in wanted.items():
        assert value(disk, f"/{found.attributes[0].path}", name) == data


def test_a_path_in_another_encoding(place: Path) -> None:
    file = tar(place / "x.tar", {"SCHILY.xattr.user.x": "v"}, b"caf\xe9".decode(errors="surrogateescape"))
    disk = make(place, read(file))
    assert value(disk, b"/caf\xe9".decode(errors="surrogateescape"), "user.x") == b"v"


@pytest.mark.parametrize("name", ["com.apple.quarantine", "-f/etc/shadow", "user.", "system.data"])
def test_names_that_linux_cannot_have_are_left_out(name: str) -> None:
    assert attributes.steps("/", "disk", [Attribute("a", name, b"x")], ()) == ()


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_a_word_is_one_word(text: str) -> None:
    """Read again by the rules of libss."""
    quoted = debugfs.word(text)
    inner = quoted[1:-1]
    assert quoted[0] == quoted[-1] == '"'
    assert '"' not in inner.replace('""', "")
    assert inner.replace('""', '"') == text
