"""`livecd info` on real ISOs."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.livecd import small_iso
from tui.backend.errors import Refused
from tui.backend.livecd import info, iso_file
from tui.backend.livecd.about import About
from tui.backend.livecd.info import File
from tui.backend.machine import RealHost

IMAGE = b"hsqs" * 1024
ABOUT = About(
    version="0.2.0",
    label="SMALL",
    way="dm",
    format="squashfs",
    image="root.squashfs",
    image_size=len(IMAGE),
    image_sha256=hashlib.sha256(IMAGE).hexdigest(),
    kernel="6.1.0-28-amd64",
    init="/sbin/init",
)
NOBODY = 65534


@pytest.fixture(scope="module")
def iso(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_iso.make(tmp_path_factory.mktemp("iso"), "", uefi=True, about=ABOUT.text())


def test_all_is_read(iso: Path) -> None:
    found = info.read(iso_file.find(RealHost(), str(iso)))
    assert found.about == ABOUT
    assert (found.label, found.size, found.hybrid) == ("SMALL", iso.stat().st_size, True)
    assert found.uuid.startswith("20")
    assert found.firmware == ("BIOS", "UEFI")
    assert File("root.squashfs", len(IMAGE)) in found.files
    assert {file.name for file in found.files} == {"about.json", "initrd.gz", "root.squashfs", "vmlinuz"}


def test_verify(iso: Path) -> None:
    opened = iso_file.find(RealHost(), str(iso))
    found = info.read(opened)
    assert info.verify(opened, found) is True
    assert info.verify(opened, replace(found, about=replace(ABOUT, image_sha256="0" * 64))) is False
    for strange in (replace(ABOUT, image_sha256=""), replace(ABOUT, image="../../etc/passwd")):
        with pytest.raises(Refused, match="no checksum"):
            info.verify(opened, replace(found, about=strange))


def test_a_damaged_image(iso: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.iso"
    data = bytearray(iso.read_bytes())
    data[data.index(IMAGE) + 100] ^= 1
    damaged.write_bytes(data)
    words = [sys.executable, "-m", "tui", "livecd", "info", "--verify", str(damaged)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ANOTHER ONE" in done.stdout


def nobody_can(function: Callable[[], object]) -> bool:
    """Whether a plain user's call is true; what it raises is false."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    try:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os._exit(0 if function() else 1)
    finally:
        os._exit(2)


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that everybody may look into."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        yield place


def test_without_root(iso: Path, public: Path) -> None:
    """And without anything beside it being written."""
    copy = str(shutil.copy(iso, public))

    def verified() -> bool:
        opened = iso_file.find(RealHost(), copy)
        return info.verify(opened, info.read(opened))

    assert nobody_can(verified)
    assert list(public.iterdir()) == [Path(copy)]


def test_what_may_not_be_read(public: Path) -> None:
    secret = public / "secret.iso"
    secret.write_bytes(b"secret")
    secret.chmod(0o600)

    def refused() -> bool:
        with pytest.raises(PermissionError):
            info.read(iso_file.find(RealHost(), str(secret)))
        return True

    assert nobody_can(refused)


def test_json(iso: Path) -> None:
    words = [sys.executable, "-m", "tui", "livecd", "info", "--json", str(iso)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["about"]["way"], said["verified"]) == ("dm", None)
    assert set(said) == {"path", "size", "label", "uuid", "about", "firmware", "hybrid", "files", "verified"}


def test_another_iso(tmp_path: Path) -> None:
    other = small_iso.make(tmp_path, "")
    with pytest.raises(Refused, match=r"it has no /live/about\.json"):
        info.read(iso_file.find(RealHost(), str(other)))
    (tmp_path / "docs").mkdir()
    plain = tmp_path / "plain.iso"
    (tmp_path / "docs/text").write_text("text\n")
    subprocess.run(
        ["xorriso", "-as", "mkisofs", "-quiet", "-o", plain, tmp_path / "docs"],
        check=True,
        capture_output=True,
    )
    with pytest.raises(Refused, match="not a Live CD of sandbox-tui"):
        info.read(iso_file.find(RealHost(), str(plain)))


@pytest.mark.parametrize("data", [b"", b"text\n", bytes(1 << 20)], ids=["empty", "text", "zeros"])
def test_no_iso(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "file.iso"
    file.write_bytes(data)
    with pytest.raises(Refused, match="not an ISO 9660 image"):
        info.read(iso_file.find(RealHost(), str(file)))


def test_a_cut_off_iso(iso: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.iso"
    short.write_bytes(iso.read_bytes()[: 40 << 10])
    with pytest.raises(Refused):
        info.read(iso_file.find(RealHost(), str(short)))
