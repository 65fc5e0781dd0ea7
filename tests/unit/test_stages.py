"""`.ci/test` says beforehand what it will run, and takes no stage that there is not."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def by_sh(line: str) -> subprocess.CompletedProcess[str]:
    script = f"set -eu; . .ci/stages.sh; {line}"
    return subprocess.run(["sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_stage_says_what_it_takes_and_does() -> None:
    names = by_sh("echo $all").stdout.split()
    told = [by_sh(f"about {name}").stdout.split(" ", 1) for name in names]
    assert all(seconds.isdecimal() and what.strip() for seconds, what in told)


def test_all_stages_fit_into_the_time_of_ci() -> None:
    """On two cores, where a part of that is left for what may have to be installed."""
    names = by_sh("echo $all").stdout.split()
    assert sum(int(by_sh(f"about {name}").stdout.split(" ", 1)[0]) for name in names) <= 30 * 60


def test_the_documents_name_the_stages() -> None:
    names = by_sh("echo $all").stdout.strip()
    assert names in (ROOT / "README.md").read_text()


def test_no_such_stage() -> None:
    done = subprocess.run(
        ["sh", ".ci/test", "lint", "nonsense"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no such stage: nonsense" in done.stderr
    assert done.stdout == ""
