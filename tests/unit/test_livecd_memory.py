"""How our init counts memory: its own functions, in the shell that runs them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tui.backend.livecd import boot

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40
MEMORY = [64 * MIB, 128 * MIB, 256 * MIB, 512 * MIB, 2047 * MIB, 2048 * MIB, 2300 * MIB]
MEMORY += [n * GIB for n in (4, 8, 12, 64, 1024)] + [2 * TIB, 16 * TIB]
KEPT = 128 * MIB


def section() -> str:
    """The functions on memory in init.sh, and what they need."""
    text = Path(boot.__file__).with_name("init.sh").read_text(encoding="utf-8")
    _before, _mark, rest = text.partition("# ---- memory ----")
    functions, mark, _after = rest.partition("# ---- the image ----")
    assert mark
    return f'say() {{ echo "$*" >&2; }}\n{functions}\n'


def ask(tmp_path: Path, script: str, *, free: int = GIB, total: int = 2 * GIB) -> tuple[str, str]:
    """What a script prints after those functions, on a machine with so many bytes: output, complaints."""
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(
        f"MemTotal:       {total >> 10} kB\nMemFree:           12 kB\nMemAvailable:   {free >> 10} kB\n"
        "HugePages_Total:       0\n"
    )
    text = f"{section()}MEMINFO={meminfo}\n{script}\n"
    done = subprocess.run(["busybox", "sh", "-c", text], capture_output=True, text=True, check=True)
    return done.stdout.strip(), done.stderr.strip()


def chosen(tmp_path: Path, asked: str, free: int, spoken_for: int = 0) -> tuple[int, str]:
    script = f"SIZE='{asked}'\nspoken_for={spoken_for}\nchoose_size\necho $size"
    out, said = ask(tmp_path, script, free=free, total=free * 2)
    return int(out), said


@pytest.mark.parametrize("size", MEMORY)
def test_memory_is_read_in_64_bits(tmp_path: Path, size: int) -> None:
    assert ask(tmp_path, "available; memory MemTotal", free=size, total=size * 2)[0] == f"{size}\n{size * 2}"


@pytest.mark.parametrize("free", MEMORY)
def test_half_of_what_is_free_is_for_changes(tmp_path: Path, free: int) -> None:
    size, said = chosen(tmp_path, "", free)
    assert said == ""
    most = free - KEPT if free - KEPT > 16 * MIB else free // 2
    assert size == min(free // 2, most)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512M", 512 * MIB),
        ("2G", 2 * GIB),
        ("2GiB", 2 * GIB),
        ("3TB", 3 * TIB),
        ("8589934592", 8 * GIB),
        ("64k", 64 * KIB),
        ("0512M", 512 * MIB),
        ("0089", 89),
        ("25%", 16 * TIB // 100 * 25),
        ("010%", 16 * TIB // 100 * 10),
        ("100%", 16 * TIB // 100 * 100),
        ("0", 0),
        ("000", 0),
        ("0%", 0),
        ("", 0),
        ("M", 0),
        ("-1", 0),
        ("1.5G", 0),
        ("5x", 0),
        ("5%%", 0),
        ("*", 0),
    ],
)
def test_sizes_as_people_write_them(tmp_path: Path, text: str, size: int) -> None:
    assert ask(tmp_path, f"bytes '{text}'", total=16 * TIB) == (str(size), "")


@pytest.mark.parametrize("free", MEMORY)
@pytest.mark.parametrize(
    "text",
    ["20T", "9999999999T", "99999999999999999999", "18446744073709551617", "4294967296G", "99999999999%"],
)
def test_more_than_there_is_gives_what_there_is(tmp_path: Path, text: str, free: int) -> None:
    size, said = chosen(tmp_path, text, free)
    assert size == (free - KEPT if free - KEPT > 16 * MIB else free // 2)
    assert said == f"{text} for changes is more than the free memory allows; using {size >> 20} MiB"


@pytest.mark.parametrize("text", ["0", "much", "-5M", "00%"])
def test_what_is_no_size_gives_half_and_says_so(tmp_path: Path, text: str) -> None:
    size, said = chosen(tmp_path, text, 4 * GIB)
    assert size == 2 * GIB
    assert f'"{text}" is no size' in said


@pytest.mark.parametrize("text", ["1", "64", "256K"])
def test_too_little_for_a_file_system_is_raised(tmp_path: Path, text: str) -> None:
    """Somebody forgot the M."""
    size, said = chosen(tmp_path, text, GIB)
    assert size == 4 * MIB
    assert said == f"{text} for changes is too little for a system; using 4 MiB"


@pytest.mark.parametrize("spoken_for", [GIB, 2 * GIB])
def test_it_is_never_nothing_which_a_tmpfs_takes_for_no_limit(tmp_path: Path, spoken_for: int) -> None:
    assert chosen(tmp_path, "", GIB, spoken_for)[0] == 4096
