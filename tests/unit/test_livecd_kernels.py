"""Kernels for Live CDs: where their modules lie in each release of Debian, and what is refused."""

from __future__ import annotations

import lzma
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from tui.backend import execute
from tui.backend.errors import CommandFailed, NotFound, PlanFailed, Refused
from tui.backend.host import FileKind
from tui.backend.livecd import kernel, kernel_fetch, modules
from tui.backend.machine import RealHost

RELEASE = "6.1.0-test"
LIBRARIES = ("lib", "usr/lib")
"""Where Debian 12 and 13 have their modules."""
NEEDED = ("loop", "isofs", "squashfs", "ext4", "dm_snapshot", "overlay")


def test_what_is_no_kernel(tmp_path: Path) -> None:
    (tmp_path / "vmlinuz").write_bytes(bytes(4096))
    with pytest.raises(Refused, match="no Linux kernel"):
        kernel.find(RealHost(), str(tmp_path / "vmlinuz"), None)
    with pytest.raises(NotFound):
        kernel.find(RealHost(), str(tmp_path / "none"), None)


def make_kernel(path: Path, release: str = RELEASE) -> Path:
    head = bytearray(4096)
    head[0x202:0x206], head[0x236] = b"HdrS", 1
    head[0x20E:0x210] = (0x400).to_bytes(2, "little")
    text = f"{release} (who@where) #1 SMP\0".encode()
    head[0x600 : 0x600 + len(text)] = text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head)
    return path


@pytest.mark.parametrize("release", ["../../etc", "6.1/x", "6.1\x1b[2J", "-6.1", "6.1'x", "6.1$(reboot)"])
def test_a_release_that_is_none_is_refused(tmp_path: Path, release: str) -> None:
    image = make_kernel(tmp_path / "vmlinuz", release)
    with pytest.raises(Refused, match="release") as refusal:
        kernel.read_release(RealHost(), str(image))
    assert refusal.value.message.isprintable()


# --- their modules ---


def make_modules(place: Path, *, listed: bool = True, suffix: str = "") -> Path:
    """The modules that every Live CD needs, with the list that depmod makes of them."""
    (place / "kernel").mkdir(parents=True)
    for name in NEEDED:
        (place / f"kernel/{name}.ko{suffix}").write_bytes(b"module")
    (place / "modules.builtin").touch()
    if listed:
        (place / "modules.dep").write_text("".join(f"kernel/{name}.ko{suffix}:\n" for name in NEEDED))
    return place


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_kernel_finds_its_modules(tmp_path: Path, library: str) -> None:
    image = make_kernel(tmp_path / "boot/vmlinuz")
    place = make_modules(tmp_path / library / "modules" / RELEASE)
    for asked in (None, str(place), str(tmp_path), str(place.parent)):
        assert kernel.find(RealHost(), str(image), asked).modules == str(place)


def test_a_tree_whose_lib_is_a_link(tmp_path: Path) -> None:
    image = make_kernel(tmp_path / "boot/vmlinuz")
    place = make_modules(tmp_path / "usr/lib/modules" / RELEASE)
    (tmp_path / "lib").symlink_to("usr/lib")
    for asked in (None, str(tmp_path), str(tmp_path / "lib/modules")):
        assert kernel.find(RealHost(), str(image), asked).modules == str(place)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_running_kernels_modules(tmp_path: Path, library: str) -> None:
    """Debian has its image in /boot, others beside the modules."""

    class Machine(RealHost):
        """A machine whose files lie below a directory."""

        def read(self, path: str) -> str:
            return RELEASE if path == "/proc/sys/kernel/osrelease" else super().read(path)

        def kind(self, path: str) -> FileKind | None:
            return super().kind(self.moved(path))

        def open(self, path: str) -> BinaryIO:
            return super().open(self.moved(path))

        def resolve(self, path: str) -> str:
            return super().resolve(self.moved(path))

        def moved(self, path: str) -> str:
            return path if path.startswith(str(tmp_path)) else f"{tmp_path}{path}"

    make_kernel(tmp_path / f"boot/vmlinuz-{RELEASE}")
    place = make_modules(tmp_path / library / "modules" / RELEASE)
    found = kernel.find(Machine(), None, None)
    assert (found.modules, found.release) == (str(place), RELEASE)


@pytest.mark.parametrize("asked", [True, False])
def test_a_tree_without_modules_is_refused(tmp_path: Path, asked: bool) -> None:
    image = make_kernel(tmp_path / "boot/vmlinuz")
    with pytest.raises(Refused, match=f"no modules of the kernel {RELEASE} in {tmp_path}") as refused:
        kernel.find(RealHost(), str(image), str(tmp_path) if asked else None)
    assert "--fetch-kernel" in refused.value.hint


@pytest.mark.parametrize("library", LIBRARIES)
def test_modules_of_another_kernel_are_refused_by_name(tmp_path: Path, library: str) -> None:
    image = make_kernel(tmp_path / "boot/vmlinuz")
    other = make_modules(tmp_path / library / "modules/5.10.0")
    for asked in (str(other), str(other.parent), str(tmp_path), None):
        with pytest.raises(Refused, match=f"no modules of the kernel {RELEASE} in .*, only of 5.10.0"):
            kernel.find(RealHost(), str(image), asked)


@pytest.mark.parametrize("library", LIBRARIES)
def test_modules_as_their_package_has_them_are_refused_with_the_command(tmp_path: Path, library: str) -> None:
    """dpkg-deb --extract makes no modules.dep; the command that is named does."""
    image = make_kernel(tmp_path / "boot/vmlinuz")
    place = make_modules(tmp_path / library / "modules" / RELEASE, listed=False)
    for asked in (str(tmp_path), str(place), None):
        with pytest.raises(Refused, match=f"{place} has no modules.dep") as refused:
            kernel.find(RealHost(), str(image), asked)
    command = refused.value.hint.removeprefix("Make it: ").removesuffix(".")
    subprocess.run(["sh", "-c", command], check=True, capture_output=True)
    assert kernel.find(RealHost(), str(image), str(tmp_path)).modules == str(place)


# --- fetching them ---


class Archive(RealHost):
    """This machine, with a package of a kernel in Debian's archive; without it the network is down."""

    def __init__(self, package: Path | None) -> None:
        super().__init__()
        self.package = package

    def run(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        output: str | None = None,
        timeout: float | None = None,
        stop: Callable[[], bool] = bool,
    ) -> str:
        if argv[0] == "apt-cache":
            return f"linux-image-amd64\n  Depends: linux-image-{RELEASE}\n"
        if "apt-get" in argv:
            if self.package is None:
                raise CommandFailed("E: Failed to fetch it")
            argv = ["cp", str(self.package), argv[1].removeprefix("--chdir=")]
        return super().run(argv, input=input, output=output, timeout=timeout)


def make_package(place: Path, library: str, compress: Callable[[bytes], bytes], suffix: str) -> Path:
    """A package as Debian's: an image, and modules without modules.dep."""
    tree = place / "tree"
    make_kernel(tree / f"boot/vmlinuz-{RELEASE}")
    inside = make_modules(tree / library / "modules" / RELEASE, listed=False, suffix=suffix)
    for file in (inside / "kernel").iterdir():
        file.write_bytes(compress(file.read_bytes()))
    (tree / "DEBIAN").mkdir()
    fields = {"Package": f"linux-image-{RELEASE}", "Version": "1", "Architecture": "amd64"}
    fields |= {"Maintainer": "nobody <nobody@example.org>", "Description": "a kernel"}
    (tree / "DEBIAN/control").write_text("".join(f"{name}: {text}\n" for name, text in fields.items()))
    package = place / "kernel.deb"
    subprocess.run(["dpkg-deb", "--build", "-Znone", tree, package], check=True, capture_output=True)
    return package


LAYOUTS = [("lib", bytes, ""), ("usr/lib", lzma.compress, ".xz")]
"""Of Debian 12 and 13."""


@pytest.mark.parametrize(("library", "compress", "suffix"), LAYOUTS)
def test_a_kernel_is_fetched_from_each_release(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    library: str,
    compress: Callable[[bytes], bytes],
    suffix: str,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    host = Archive(make_package(tmp_path, library, compress, suffix))
    leftover = Path(f"{kernel_fetch.cache()}/{RELEASE}.part")
    leftover.mkdir(parents=True)
    (leftover / "old.deb").write_text("half a download")
    execute.run(kernel_fetch.prepare(host).plan, host)
    found = kernel_fetch.fetched(host)
    assert found is not None
    assert found.modules == f"{kernel_fetch.cache()}/{RELEASE}/{library}/modules/{RELEASE}"
    wanted = {f"kernel/{name}.ko{suffix}" for name in NEEDED}
    assert set(modules.choose(host, found.modules).files) == wanted
    assert [path.name for path in Path(kernel_fetch.cache()).iterdir()] == [RELEASE]
    assert not list(Path(kernel_fetch.cache()).rglob("*.deb"))


def test_a_download_that_failed_leaves_nothing_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    host = Archive(None)
    with pytest.raises(PlanFailed, match=f"Download linux-image-{RELEASE}") as failed:
        execute.run(kernel_fetch.prepare(host).plan, host)
    assert failed.value.undone
    assert "apt-get update" in failed.value.hint
    assert "--kernel VMLINUZ --modules DIR" in failed.value.hint
    assert list(Path(kernel_fetch.cache()).iterdir()) == []
    assert kernel_fetch.fetched(host) is None
