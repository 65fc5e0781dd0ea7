"""The size of a run: a share with a seed that repeats it, or all; and the soak's rounds."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import soak, soaking

ROOT = Path(__file__).parents[2]
PASSES = (sys.executable, "-c", "import os; print(os.environ['SANDBOX_TUI_SOAK'])")
FAILS = (sys.executable, "-c", "raise SystemExit(3)")
STAYS = (sys.executable, "-c", "print('stays', flush=True); import time; time.sleep(600)")


def choice(seed: str, all_: str = "0") -> str:
    """What another process chooses."""
    script = "from tests import soak; print(soak.share(range(100), 5, 'x'), soak.seeds(2, 9, 'x'))"
    env = {**os.environ, "SANDBOX_TUI_SEED": seed, "SANDBOX_TUI_SOAK": all_}
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    ).stdout


def test_a_seed_repeats_a_choice() -> None:
    assert choice("7") == choice("7")
    assert choice("7") != choice("8")
    assert str(list(range(100))) in choice("7", "1")


def test_a_share_keeps_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "ALL", False)
    for few in range(6):
        chosen = soak.share(list("abcde"), few, "y")
        assert len(chosen) == few
        assert chosen == sorted(chosen)
    assert soak.share("ab", 9, "y") == ["a", "b"]


def test_a_run_ends_with_the_seed_that_repeats_it() -> None:
    words = [sys.executable, "-m", "pytest", "-q", "tests/unit/test_text.py"]
    env = {**os.environ, "SANDBOX_TUI_SEED": "4711", "SANDBOX_TUI_SOAK": "0"}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert "chosen by SANDBOX_TUI_SEED=4711" in done.stdout


def test_rounds_go_on_until_the_time_is_up(capfd: pytest.CaptureFixture[str]) -> None:
    """Of another clock: the second part is in its middle then."""
    times = iter([0, 0, 0, 500_000, 900_000])
    assert soaking.Soak({"one": PASSES, "two": STAYS}, lambda: next(times, 1_000_000)).run(900_000) == 0
    said = capfd.readouterr().out
    assert re.search(
        r"^one +1 passed, 0 failed, 0 cut short\ntwo +0 passed, 0 failed, 1 cut short$", said, re.MULTILINE
    )


def test_a_failure_is_told_with_the_command_that_repeats_it(capfd: pytest.CaptureFixture[str]) -> None:
    times = iter([0, 0, 0])
    assert soaking.Soak({"bad": FAILS}, lambda: next(times, 1_000_000)).run(900_000) == 1
    said = capfd.readouterr().out
    (seed,) = re.findall(r"^== bad: SANDBOX_TUI_SOAK=1 SANDBOX_TUI_SEED=(\d+) ", said, re.MULTILINE)
    assert f"\n    SANDBOX_TUI_SOAK=1 SANDBOX_TUI_SEED={seed} {shlex.quote(sys.executable)} -c" in said


def test_ctrl_c_ends_it_with_its_summary() -> None:
    script = f"from tests import soaking; raise SystemExit(soaking.Soak({{'one': {STAYS!r}}}).run(600))"
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        assert any(line == "stays\n" for line in iter(started.stdout.readline, ""))
        started.send_signal(signal.SIGINT)
        assert "one                0 passed, 0 failed, 1 cut short" in started.stdout.read()
    assert started.returncode == 130
