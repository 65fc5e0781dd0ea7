"""What could not be compared is said to be unknown, and never to be the same or changed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.practice_verbs import DIRECTORY, NAME, discard_proven, look, make
from tui.backend import paths
from tui.backend.command import command
from tui.backend.plan import Plan, Step
from tui.backend.practice import PracticeHost, tree
from tui.backend.sandboxes import counters, evidence, remove

LISTS = {"list": "-printf", "hashes": "-exec"}
"""The option by which each of the two lists is known."""


@pytest.mark.parametrize("word", [*LISTS.values(), "sort", "comm", "head"])
def test_a_directory(word: str) -> None:
    """One step that fails takes with it what builds on it."""
    host = PracticeHost()
    make(host, origin=DIRECTORY, hash=True)
    tree.write(host.world, f"{DIRECTORY}/new", "of somebody else")

    def fails(argv: Sequence[str]) -> bool:
        return word in argv

    host.fail_when(fails, times=None)
    shown = discard_proven(host)
    assert shown.changed is None or word == "-exec"
    assert shown.hash_same is None or word == "-printf"
    assert "untouched" not in shown.sentence
    assert "could not be compared" in shown.sentence or word == "-printf"


class Uncounted(PracticeHost):
    """A machine on which somebody told the kernel not to count what is written."""

    def read(self, path: str) -> str:
        return "0\n" if path == "/sys/class/block/sdb/queue/iostats" else super().read(path)


def test_counters_of_a_disk_that_does_not_count() -> None:
    host = Uncounted()
    make(host, hash=False)
    assert evidence.read(look(host), look(host).sandbox(NAME)).noted is None
    assert "cannot be told" in discard_proven(host).sentence


def test_a_ram_disk_counts_nothing() -> None:
    host = PracticeHost()
    assert counters.count(host, "sdb")
    assert not counters.count(host, "ram0")


def test_an_origin_that_was_written_to_is_known() -> None:
    host = PracticeHost()
    make(host, hash=False)
    noted = host.read(paths.of(NAME, paths.COUNTERS))
    assert not counters.moved(host, noted, "sdb1")
    host.world.blocks["sdb1"].sectors += 8
    assert counters.moved(host, noted, "sdb1")
    assert not counters.moved(host, noted, "nothing")


@pytest.mark.parametrize("origin", ["/dev/sda1", "/dev/gone", "/home"])
def test_it_is_said_of_the_device_that_was_compared(origin: str) -> None:
    """Not of the one that a damaged record names, or that has its name by now."""
    host = PracticeHost()
    make(host)
    file = paths.of(NAME, paths.RECORD)
    tree.write(host.world, file, host.read(file).replace('"origin": "/dev/sdb1"', f'"origin": "{origin}"'))
    assert discard_proven(host).sentence == "/dev/sdb1 is untouched: nothing was written to it."


def test_a_partition_that_its_disk_wrote_is_known() -> None:
    host = PracticeHost()
    make(host, hash=False)
    noted = host.read(paths.of(NAME, paths.COUNTERS))
    host.world.blocks["sdb"].sectors += 8
    assert counters.moved(host, noted, "sdb1")


def script(*steps: Step) -> str:
    done = subprocess.run(
        ["sh"], input=Plan("remove", "x", steps).script(), capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_script_shows_both_sides(tmp_path: Path) -> None:
    before = tmp_path / "before it's made"
    before.write_text("one\n")
    step = Step("Compare", command("echo", "two"), capture="NOW", optional=True, before=str(before))
    assert script(step) == "before: one\nnow: two\n"


def test_a_script_goes_on_without_what_failed() -> None:
    def part(*argv: str, capture: str | None = None) -> Step:
        return Step("x", command(*argv), capture=capture, optional=True, group="LIST")

    assert script(part("false"), part("echo", "no", capture="NOW")) == "now: not known\n"
    assert script(part("true"), part("echo", "yes", capture="NOW")) == "now: yes\n"


def test_every_part_of_a_comparison_is_of_its_group() -> None:
    host = PracticeHost()
    make(host, origin=DIRECTORY, hash=True)
    plan = remove.prepare(host, look(host), (NAME,)).plan
    titles = [step.title for step in plan.steps if step.optional and not step.group]
    assert titles == []
