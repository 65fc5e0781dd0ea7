"""Whether user-mode Linux needs a library on a processor."""

import subprocess
from pathlib import Path

import pytest

from tests.vm import fpu
from tests.vm.kernel import VmError


@pytest.fixture
def processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fpu, "_PROCESSOR", tmp_path / "cpuinfo")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "ä cache"))
    return tmp_path / "cpuinfo"


@pytest.mark.parametrize(
    ("kernel", "flags", "wanted"),
    [("6.1.176", "avx512f amx_tile", True), ("6.1.176", "avx512f", False), ("6.12.3", "amx_tile", False)],
)
def test_only_old_kernels_on_large_processors(
    kernel: str, flags: str, wanted: bool, processor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor.write_text(f"flags\t\t: fpu {flags} avx\n")
    monkeypatch.setattr(subprocess, "run", lambda words, check: Path(words[4]).touch())
    found = fpu.library(kernel)
    assert bool(found) is wanted
    assert not wanted or Path(found).exists()


def test_without_a_compiler_it_says_what_to_do(processor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processor.write_text("flags: amx_tile\n")

    def run(words: list[str], check: bool) -> None:
        raise FileNotFoundError(2, "No such file", words[0])

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(VmError, match="setup test"):
        fpu.library("6.1.176")
