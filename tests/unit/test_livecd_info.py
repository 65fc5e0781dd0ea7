"""`livecd info` on a practice machine: what is told, and what is refused."""

import pytest

from tests.unit.command_line import IMAGES, CommandLine
from tests.unit.practice_verbs import same
from tests.unit.sticks import ISO, with_stick
from tui.backend.practice import tree
from tui.backend.practice.nodes import Directory, File


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(with_stick(), capsys)


def live(cli: CommandLine) -> Directory:
    """The directory /live on the ISO."""
    iso = tree.file(cli.host.world, ISO)
    assert iso.content is not None
    assert iso.content.tree is not None
    found = iso.content.tree.entries["live"]
    assert isinstance(found, Directory)
    return found


def test_facts(cli: CommandLine) -> None:
    before = cli.host.snapshot()
    said = cli("livecd", "info", ISO)
    assert said.status == 0, said.err
    facts = [line.split(maxsplit=1) for line in said.out.splitlines()]
    assert ["label", "LIVE"] in facts
    assert ["way", "dm, with 25% of the memory for changes"] in facts
    assert ["files", "/live/about.json"] in [line.split(" (")[0].split() for line in said.out.splitlines()]
    assert "has that" not in said.out
    same(cli.host, before)


def test_without_root(cli: CommandLine) -> None:
    cli.host.world.root = False
    assert cli("livecd", "info", ISO, "--verify").status == 0


def test_json(cli: CommandLine) -> None:
    found = cli("livecd", "info", ISO, "--json").json
    assert set(found) == {
        "path", "size", "label", "uuid", "about", "firmware", "hybrid", "files", "verified",
    }  # fmt: skip
    assert (found["firmware"], found["verified"]) == (["BIOS", "UEFI"], None)
    assert found["about"]["kernel"] == "6.1.0-practice"
    assert cli("livecd", "info", ISO, "--json", "--verify").json["verified"] is True


def test_a_damaged_image(cli: CommandLine) -> None:
    live(cli).entries["root.squashfs"] = File(length=1)
    said = cli("livecd", "info", ISO, "--verify")
    assert said.status == 1
    assert "ANOTHER ONE: it is damaged" in said.out


def test_another_uuid(cli: CommandLine) -> None:
    assert "will not find itself" not in cli("livecd", "info", ISO).out
    live(cli).entries["about.json"] = File('{"uuid": "2008-01-01"}')
    assert "UUID      2026-11-23, but it was built with 2008-01-01" in cli("livecd", "info", ISO).out


def test_texts_of_an_iso_are_data(cli: CommandLine) -> None:
    live(cli).entries["about.json"] = File('{"kernel": "\\u001b[31mred\\u202e", "way": ["dm"]}')
    said = cli("livecd", "info", ISO)
    assert said.status == 0
    assert "\x1b" not in said.out
    assert "way       unknown" in said.out


@pytest.mark.parametrize(
    ("iso", "status", "words"),
    [
        ("/none.iso", 5, "There is no file"),
        ("/etc", 3, "is a directory, not a file"),
        (f"{IMAGES}/raw.img", 3, "is not an ISO 9660 image"),
    ],
)
def test_refused(cli: CommandLine, iso: str, status: int, words: str) -> None:
    said = cli("livecd", "info", iso)
    assert (said.status, said.out) == (status, "")
    assert words in said.err


@pytest.mark.parametrize("about", [None, "{", "[]"])
def test_another_iso(cli: CommandLine, about: str | None) -> None:
    if about is None:
        del live(cli).entries["about.json"]
    else:
        live(cli).entries["about.json"] = File(about)
    said = cli("livecd", "info", ISO)
    assert (said.status, said.out) == (3, "")
    assert "about.json" in said.err


def test_no_live_directory(cli: CommandLine) -> None:
    iso = tree.file(cli.host.world, ISO)
    assert iso.content is not None
    iso.content.tree = Directory()
    assert cli("livecd", "info", ISO).status == 3


def test_xorriso_missing(cli: CommandLine) -> None:
    cli.host.absent.add("xorriso")
    said = cli("livecd", "info", ISO)
    assert said.status == 3
    assert "apt-get install xorriso" in said.err


def test_no_checksum(cli: CommandLine) -> None:
    live(cli).entries["about.json"] = File("{}")
    assert cli("livecd", "info", ISO, "--verify").status == 3


@pytest.mark.parametrize("name", ["about.json", "a" * 255])
def test_an_iso_that_tells_without_end(cli: CommandLine, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "about.json":
        live(cli).entries[name] = File('{"label": "' + "x" * (2 << 20) + '"}')
    else:
        live(cli).entries.update({f"{name}{number}": File() for number in range(5000)})
    said = cli("livecd", "info", ISO)
    assert said.status == 3
    assert "says more of itself than 1 MiB" in said.err
