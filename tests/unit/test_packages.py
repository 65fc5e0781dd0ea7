"""What is needed is written once: the product, `.ci/setup` and the README agree."""

import subprocess
from pathlib import Path

import pytest

from tui.backend import packages
from tui.backend.packages import Use

ROOT = Path(__file__).parents[2]


def by_sh(line: str) -> list[str]:
    """The words that a line of sh prints, where `.ci/packages.sh` was read."""
    script = f". .ci/packages.sh; {line}"
    done = subprocess.run(["sh", "-euc", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("use", Use)
def test_the_setup_reads_the_same_table(use: Use) -> None:
    wanted = [f"{entry.name}:{entry.package}" for entry in packages.table() if entry.use is use]
    assert wanted
    assert by_sh(f"needs {use}") == wanted


def test_the_setup_knows_no_other_uses() -> None:
    assert set(by_sh("echo $RUN_USES $TEST_USES")) == set(Use) - {Use.HOST}


def test_programs_of_tests_are_not_those_of_the_program() -> None:
    """What both need is named without a package, and has one in the table."""
    named = by_sh("echo $TEST_PROGRAMS")
    known = {entry.name for entry in packages.table()}
    assert {word for word in named if ":" not in word} <= known
    assert not {word.partition(":")[0] for word in named if ":" in word} & known


def test_a_package_that_is_missing_is_found_by_its_program(tmp_path: Path) -> None:
    line = "missing_packages no-such-program:its-package sh:dash /no/such/file:of-a-file"
    assert by_sh(line) == ["its-package", "of-a-file"]
    assert by_sh("is_there() { false; }; missing_packages udevadm") == ["udev"]


def test_each_is_there_once_and_says_what_for() -> None:
    names = [entry.name for entry in packages.table()]
    assert len(names) == len(set(names))
    told = {Use.SANDBOX, Use.HOST, Use.LIVECD}
    assert not [entry.name for entry in packages.table() if bool(entry.purpose) != (entry.use in told)]


def test_the_readme_names_them_all() -> None:
    lines = [line for line in (ROOT / "README.md").read_text().split("\n") if "    apt-get install" in line]
    sandbox = {entry.package for entry in packages.table() if entry.use in (Use.ALWAYS, Use.SANDBOX)}
    livecd = {entry.package for entry in packages.table() if entry.use is Use.LIVECD}
    assert lines == [
        f"    apt-get install {' '.join(sorted(sandbox))}",
        f"    apt-get install {' '.join(sorted(livecd - sandbox))}",
    ]


def test_files_are_found_by_path_and_by_name() -> None:
    assert packages.package_of("/usr/lib/ISOLINUX/isolinux.bin") == "isolinux"
    assert packages.install("menu.c32", "isolinux.bin", "mmd", "mcopy") == (
        "apt-get install isolinux mtools syslinux-common"
    )
    assert packages.package_of("no-such-program") == "no-such-program"
