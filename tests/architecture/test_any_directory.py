"""A checkout may lie anywhere: below what the tests cover with file systems of their own, and by any name."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vm import boot, kept
from tests.vm.boot import Guest
from tests.vm.plain import plain_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As small as one can be: the harness, and one test, below /tmp by a name with all that is allowed."""
    place = tmp_path / "a b" / "ä,'c" / "checkout"
    for name in ("vm", "here"):
        shutil.copytree(ROOT / "tests" / name, place / "tests" / name)
    (place / "tests/__init__.py").touch()
    for name in ("soak.py", "signals.py", "patience.py"):
        shutil.copy(ROOT / "tests" / name, place / "tests")
    (place / "tests/kernel").mkdir()
    shutil.copy(ROOT / "tests/kernel/pytest.ini", place / "tests/kernel")
    return place


def ran(checkout: Path, *words: str) -> str:
    trivial = (
        "import os, pytest\n"
        "@pytest.mark.only_no_udev\n"
        "def test_trivial():\n"
        "    assert os.path.isfile(__file__)\n"
        f"    assert not os.path.exists({str(checkout.parent / 'beside')!r}), 'this machine has it'\n"
    )
    (checkout.parent / "beside").touch()
    (checkout / "tests/kernel/test_trivial.py").write_text(trivial)
    as_root = [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]
    done = subprocess.run(
        [*as_root, sys.executable, "-m", *words],
        capture_output=True, text=True, check=False, cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_in_user_mode_linux(checkout: Path) -> None:
    """Of /tmp the guest has one of its own, in which nothing but the checkout is shown."""
    assert "1 passed" in ran(checkout, "tests.vm", "--", "uml", "tests/kernel/test_trivial.py")


def test_on_the_kernel_of_this_machine(checkout: Path) -> None:
    assert "1 passed" in ran(checkout, "tests.here", "-c", "tests/kernel/pytest.ini", "-v")


def test_an_emulated_machine_gets_plain_names_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / "a b" / "ä,'c"
    run, kernel = odd / "run", odd / "kernel/boot/vmlinuz-6"
    for path in (run, kernel.parent, odd / "shared"):
        path.mkdir(parents=True)
    kernel.touch()
    monkeypatch.setattr(boot, "kvm_works", lambda _kernel: False)
    with plain_folder(run, kernel, [str(odd / "shared")]) as folder:
        words = boot._vng(folder, kernel, Guest(rwdirs=(str(odd / "shared"),)))
        assert all(re.fullmatch(r"[\w ./=,-]+", word, re.ASCII) for word in words[1:])
        assert (folder / "kernel/boot/vmlinuz-6").samefile(kernel)
        assert (folder / "run/guest.sh").exists()
        assert (folder / "shared0").samefile(odd / "shared")
    assert not folder.exists()


def test_what_lies_in_another_is_kept_with_it() -> None:
    assert kept.outermost(["/tmp/a b", "/tmp/a b/c", "/tmp/a bc", "/tmp/a b"]) == ["/tmp/a b", "/tmp/a bc"]


def test_setting_up_says_where_it_cannot_be(tmp_path: Path) -> None:
    place = tmp_path / "a:b"
    shutil.copytree(ROOT / ".ci", place / ".ci")
    done = subprocess.run(["sh", ".ci/setup", "run"], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "without :" in done.stderr
    assert sorted(entry.name for entry in place.iterdir()) == [".ci"]
