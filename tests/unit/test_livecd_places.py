"""Building as root: what it writes to and reads from cannot be exchanged by others."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tui.backend.errors import CommandFailed, Refused
from tui.backend.host import Owner
from tui.backend.livecd import image, inputs, kernel_fetch, modules, output, roots
from tui.backend.livecd.confine import Confinement
from tui.backend.livecd.image import Disk
from tui.backend.livecd.roots import Root
from tui.backend.machine import RealHost

ALICE = 4711


class Machine(RealHost):
    """The real machine, as root sees it when one place in it is somebody else's."""

    def __init__(self, theirs: Path | None = None) -> None:
        super().__init__()
        self.theirs = str(theirs)

    def is_root(self) -> bool:
        return True

    def owner(self, path: str) -> Owner:
        return Owner(ALICE if path == self.theirs else 0, 0, stat.S_IFDIR | 0o755)


def test_the_directory_of_the_output(tmp_path: Path) -> None:
    assert output.settle(Machine(), f"{tmp_path}/x.iso") == f"{tmp_path}/x.iso"
    for place in (tmp_path, tmp_path.parent):
        with pytest.raises(Refused, match=f"{place} belongs to the user {ALICE}"):
            output.settle(Machine(place), f"{tmp_path}/x.iso")


def test_links_on_the_way_to_the_output_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert output.settle(RealHost(), f"{tmp_path}/link/x.iso") == f"{tmp_path}/real/x.iso"


@pytest.mark.parametrize("name", ["x?.iso", "what?/x.iso", "a\nb.iso", "\x1b.iso"])
def test_names_that_programs_would_misread(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    with pytest.raises(Refused, match="in its name") as refused:
        output.settle(RealHost(), str(place))
    assert refused.value.message.isprintable()


def test_an_image_whose_name_would_be_misread(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="in its name"):
        roots._image(RealHost(), f"{tmp_path}/a?b.img", "ext4", Confinement.LIMITS)


def directory(place: Path) -> Path:
    (place / "root/sbin").mkdir(parents=True)
    return place / "root"


def archive(place: Path) -> Path:
    (place / "root.tar").write_bytes(b"")
    return place / "root.tar"


@pytest.mark.parametrize("kind", [directory, archive])
def test_a_root_in_somebody_elses_directory(tmp_path: Path, kind: Callable[[Path], Path]) -> None:
    with pytest.raises(Refused, match=f"belongs to the user {ALICE}") as refused:
        roots.find(Machine(tmp_path), str(kind(tmp_path)))
    assert "Build as that user" in refused.value.hint


def test_a_directory_that_is_somebody_elses(tmp_path: Path) -> None:
    root = directory(tmp_path)
    with pytest.raises(Refused, match=f"{root} belongs to"):
        roots.find(Machine(root), str(root))


def test_a_place_for_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}/cache")
    monkeypatch.setattr(kernel_fetch, "_newest", lambda _host: ("linux-image-6.1.0", "6.1.0"))
    with pytest.raises(Refused, match="Root cannot keep a kernel"):
        kernel_fetch.prepare(Machine(tmp_path))


@pytest.fixture
def kernel_modules(tmp_path: Path) -> Path:
    place = tmp_path / "6.1.0"
    (place / "kernel").mkdir(parents=True)
    names = "loop isofs squashfs ext4 dm_snapshot overlay".split()
    (place / "modules.dep").write_text("".join(f"kernel/{name}.ko:\n" for name in names))
    (place / "modules.builtin").write_text("")
    for name in names:
        (place / f"kernel/{name}.ko").write_text(name)
    return place


def test_modules_that_are_links(kernel_modules: Path) -> None:
    loop = kernel_modules / "kernel/loop.ko"
    loop.rename(kernel_modules / "kernel/other.ko")
    loop.symlink_to("other.ko")
    assert "kernel/loop.ko" in modules.choose(RealHost(), str(kernel_modules)).files
    loop.unlink()
    (kernel_modules.parent / "secret").write_text("of root's")
    loop.symlink_to("../../secret")
    with pytest.raises(Refused, match=f"{loop} is a link that leads out"):
        modules.choose(RealHost(), str(kernel_modules))


def test_modules_behind_a_directory_that_is_a_link(kernel_modules: Path) -> None:
    (kernel_modules / "kernel").rename(kernel_modules.parent / "elsewhere")
    (kernel_modules / "kernel").symlink_to("../elsewhere")
    with pytest.raises(Refused, match="leads out"):
        modules.choose(RealHost(), str(kernel_modules))


def test_modules_in_a_directory_of_somebody_elses(kernel_modules: Path) -> None:
    with pytest.raises(Refused, match=f"kernel belongs to the user {ALICE}"):
        modules.choose(Machine(kernel_modules / "kernel"), str(kernel_modules))


@pytest.mark.parametrize("name", ["kernel/loop.ko", "modules.dep", "modules.builtin"])
def test_a_fifo_among_the_modules(kernel_modules: Path, name: str) -> None:
    (kernel_modules / name).unlink()
    os.mkfifo(kernel_modules / name)
    with pytest.raises(Refused):
        modules.choose(RealHost(), str(kernel_modules))


def test_a_text_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    os.truncate(tmp_path / "x", 1 << 40)
    with pytest.raises(Refused, match="longer than 1 MiB"):
        inputs.text(RealHost(), str(tmp_path / "x"), 1 << 20)


def take(tmp_path: Path, made: str) -> str:
    """Run the step that takes the file system from where it was unpacked; what failed."""
    disk = Disk(str(tmp_path / "disk"), "ext4", 1 << 20, 100, "seed", 0)
    root = replace(Root("/x", 0, 0, 0, "/init"), streams=("true",))
    steps = image.from_archive(root, disk, str(tmp_path / "unpack"), Confinement.LIMITS)
    (step,) = (step for step in steps if step.title == "Take it from there")
    (tmp_path / "unpack").mkdir()
    (tmp_path / "victim").write_text("of root's")
    place = tmp_path / "unpack/disk"
    if made == "link":
        place.symlink_to("../victim")
    elif made == "hard link":
        place.hardlink_to(tmp_path / "victim")
    elif made == "fifo":
        os.mkfifo(place)
    else:
        place.write_text("made")
    try:
        RealHost().run([str(word) for word in step.command.argv])
    except CommandFailed as error:
        return str(error)
    return ""


@pytest.mark.parametrize("made", ["link", "hard link", "fifo"])
def test_nothing_but_a_file_is_taken_from_there(tmp_path: Path, made: str) -> None:
    assert "is not a file of its own" in take(tmp_path, made)


def test_a_file_is_taken_from_there(tmp_path: Path) -> None:
    assert take(tmp_path, "file") == ""
    assert (tmp_path / "disk").read_text() == "made"
