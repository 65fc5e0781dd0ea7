"""Guests side by side: what each printed stays together, and none outlives the suite."""

import os
import sys
import threading
from pathlib import Path

import pytest

from tests.vm import processor
from tests.vm.jobs import Job, side_by_side


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_all_run_and_the_first_failure_counts(capfd: pytest.CaptureFixture[str]) -> None:
    jobs = [Job(f"job {number}", python(f"print('said {number}'); exit({number})")) for number in (0, 3, 0)]
    assert side_by_side(jobs, at_once=1) == 3
    said = capfd.readouterr().out
    assert [f"said {number}\nvm: job {number}: status {number}" in said for number in (0, 3)] == [True, True]


def test_what_still_runs_or_waits_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    running = [Job(name, python("import time; time.sleep(600)")) for name in ("runs", "waits")]
    started = threading.Event()
    popen = Job.run

    def run(job: Job) -> tuple[int, bytes]:
        started.set()
        return popen(job)

    def interrupted(_futures: object) -> None:
        started.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(Job, "run", run)
    monkeypatch.setattr("tests.vm.jobs.as_completed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        side_by_side(running, at_once=1)
    assert [job.process is None or job.process.returncode for job in running] == [-15, True]


def test_guests_have_processors_of_their_own_as_far_as_there_are_so_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {3, 5})
    with processor.reserved() as one:
        with processor.reserved() as two, processor.reserved() as three:
            assert {one, two} == {3, 5}
            assert three in {3, 5}
        with processor.reserved() as again:
            assert again == two
