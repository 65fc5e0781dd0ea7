"""A sandbox of another mount namespace on the command line and in the arithmetic of memory."""

from __future__ import annotations

import json

import pytest

from tests.unit.command_line import CommandLine
from tests.unit.practice_verbs import NAME, hide, look, make, same, sandbox
from tui.backend import paths
from tui.backend.host import ForeignMount
from tui.backend.inventory.foreign import Holder
from tui.backend.practice import PracticeHost, tree
from tui.backend.sandboxes import memory
from tui.screens.cards import card
from tui.screens.facts import stack
from tui.screens.reading import Reading
from tui.widgets.cards import CardRows


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


@pytest.mark.parametrize("made_by", ["snapshot", "overlay"])
def test_it_is_shown_with_the_process_that_holds_it(cli: CommandLine, made_by: str) -> None:
    make(cli.host, engine=made_by)
    hide(cli.host)
    (listed,) = cli("list", "--json").json["sandboxes"]
    assert (listed["foreign"], listed["interrupted"]) == ("process 4711 (bash)", False)
    assert listed["engine"] == made_by
    assert "foreign" in cli("list").out
    assert "process 4711 (bash)" in cli("show", NAME).out
    (blocker,) = cli("show", NAME, "--json").json["blockers"]
    assert blocker["what"] == "process 4711 (bash)"
    assert cli("doctor", "--json").json["leftovers"] == []


@pytest.mark.parametrize("made_by", ["snapshot", "overlay"])
@pytest.mark.parametrize(
    "words", [("grow", NAME, "1G"), ("mount", NAME), ("unmount", NAME), ("remove", NAME)], ids=lambda w: w[0]
)
def test_no_verb_changes_it(cli: CommandLine, made_by: str, words: tuple[str, ...]) -> None:
    make(cli.host, engine=made_by)
    hide(cli.host)
    before = cli.host.snapshot()
    said = cli(*words)
    assert said.status == 3
    assert f"{NAME} is foreign: process 4711 (bash)" in said.err
    assert "nsenter --mount --target 4711" in said.err
    same(cli.host, before)


def test_recover_and_remove_all_leave_it(cli: CommandLine) -> None:
    make(cli.host, engine="overlay")
    hide(cli.host)
    before = cli.host.snapshot()
    assert cli("recover").status == 0
    assert NAME in cli("remove", "--all").err
    same(cli.host, before)
    make(cli.host, name="ours", origin="/home")
    assert cli("remove", "--all").status == 0
    assert [one.name for one in look(cli.host).sandboxes] == [NAME]


def test_its_memory_is_promised_whole() -> None:
    """How much of it is used cannot be read from here."""
    host = PracticeHost()
    make(host, engine="overlay")
    hide(host)
    assert memory.promised(look(host).sandboxes) > 256 << 20


def test_its_name_is_taken(cli: CommandLine) -> None:
    make(cli.host, engine="overlay")
    hide(cli.host)
    said = cli("create", "/home", "--name", NAME)
    assert said.status == 3
    assert "is taken" in said.err


def test_the_screens_show_it() -> None:
    host = PracticeHost()
    make(host, engine="overlay")
    hide(host)
    reading = Reading(look(host))
    shown = card(reading, sandbox(host))
    text = "".join(span.text for line in CardRows().draw(shown, 80) for span in line)
    assert "foreign" in text
    assert "process 4711 (bash)" in text
    facts = "".join(span.text for line in stack(sandbox(host), 0, 76) for span in line)
    assert "process 4711 (bash)" in facts


class Hidden(PracticeHost):
    """Root of a container, who does not see the processes outside."""

    def sees_all(self) -> bool:
        return False


def test_who_cannot_be_seen_is_said_to_be_so() -> None:
    assert Holder().words == "a process that cannot be seen from here"
    assert Holder(place="a chroot").words == "a chroot"


def of_namespace(host: PracticeHost, number: int) -> None:
    """Write into the record that it was made in another namespace."""
    file = paths.of(NAME, paths.RECORD)
    data = json.loads(host.read(file))
    tree.write(host.world, file, json.dumps({**data, "namespace": number}))


@pytest.mark.parametrize("made_by", ["snapshot", "overlay"])
def test_a_copy_of_a_namespace_is_not_where_it_was_made(made_by: str) -> None:
    """All its mounts are here, too; who made it cannot be seen, lives, is kept, or is gone."""
    host = Hidden()
    make(host, engine=made_by)
    part = paths.STORE if made_by == "overlay" else paths.CONFIG
    assert sandbox(host).foreign is None
    of_namespace(host, 7)
    assert sandbox(host).foreign == Holder()
    host.world.foreign.append(ForeignMount(7, "bash", "8:1", "", "/", None, None, namespace=7))
    assert sandbox(host).foreign is None, "its number was given to another one"
    jail = ForeignMount(7, "bash", "0:98", "", f"/jail{paths.of(NAME, part)}", None, None, namespace=7)
    host.world.foreign.append(jail)
    assert sandbox(host).foreign == Holder(7, "bash"), "it was made in a chroot there"
    host.world.foreign.remove(jail)
    store = ForeignMount(7, "bash", "0:99", "", paths.of(NAME, part), None, None, inside=NAME, namespace=7)
    host.world.foreign.append(store)
    assert sandbox(host).foreign == Holder(7, "bash")


def test_a_namespace_that_is_kept_without_a_process_lives() -> None:
    host = PracticeHost()
    make(host)
    of_namespace(host, 7)
    assert sandbox(host).foreign is None, "it is gone for sure"
    mounts = host.read("/proc/self/mountinfo") + "99 1 0:4 mnt:[7] /run/kept rw - nsfs nsfs rw\n"
    real = host.read
    host.read = lambda path: mounts if path == "/proc/self/mountinfo" else real(path)  # type: ignore[method-assign]
    assert sandbox(host).foreign == Holder(place="the mount namespace kept at /run/kept")


def test_a_container_does_not_take_the_sandboxes_of_its_machine_apart() -> None:
    host = Hidden()
    make(host)
    hide(host)
    host.world.foreign.clear()
    assert sandbox(host).foreign == Holder()
