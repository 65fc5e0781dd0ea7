"""Records of other versions are records: their sandboxes keep their proof, and can be grown."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.command_line import CommandLine
from tests.unit.practice_verbs import NAME, discard_proven, enlarge, make, same, sandbox
from tui.backend import paths
from tui.backend.inventory import record
from tui.backend.practice import PracticeHost, tree

RECORDS = Path(__file__).with_name("records")
"""As those versions wrote them."""
RELEASES = ["0.1.0", "0.1.1"]
FILE = paths.of(NAME, paths.RECORD)
MIB = 1 << 20


def newer(text: str) -> str:
    """A record that a version to come may write."""
    return json.dumps({**json.loads(text), "schema": record.SCHEMA + 1, "colour": ["red"], "version": "9.0"})


def older(host: PracticeHost, release: str, engine: str) -> str:
    """What a release would have written for the sandbox that there is."""
    keys = json.loads((RECORDS / f"{release}-{engine}.json").read_text())
    known: dict[str, Any] = json.loads(host.read(FILE))
    return json.dumps({key: known[key] for key in keys})


@pytest.mark.parametrize("kind", ["snapshot", "overlay"])
@pytest.mark.parametrize("release", RELEASES)
def test_a_record_of_a_release_is_read(release: str, kind: str) -> None:
    found = record.parse((RECORDS / f"{release}-{kind}.json").read_text())
    assert found is not None
    assert (found.schema, found.version, found.engine) == (1, release, kind)
    assert (found.origin, found.hashed) == ("/dev/sdb1", True)
    assert found.size in (256 * MIB, 256 * MIB + 4096)


def test_remains_of_an_engine_to_come_keep_nobody_from_anything(capsys: pytest.CaptureFixture[str]) -> None:
    """What another version made, of which only the record is left."""
    cli = CommandLine(PracticeHost(), capsys)
    cli.make("--engine", "overlay")
    text = json.loads(newer(cli.host.read(FILE)))
    for point in ("mnt", "lower", "store"):
        cli.host.run(["umount", paths.of(NAME, point)])
    tree.write(cli.host.world, FILE, json.dumps({**text, "engine": "pool", "store": "elsewhere"}))
    for argv in (
        ["list"],
        ["show", NAME],
        ["doctor"],
        ["create", "/home", "--name", "other", "--size", "1M"],
    ):
        assert cli(*argv).status == 0, argv
    assert cli("recover").status == 0
    assert [box["name"] for box in cli("list", "--json").json["sandboxes"]] == ["other"]


@pytest.mark.parametrize("kind", ["snapshot", "overlay"])
@pytest.mark.parametrize("version", [*RELEASES, "newer"])
def test_a_live_sandbox_of_another_version_is_grown_and_proved(version: str, kind: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host, engine=kind, hash=True)
    text = newer(host.read(FILE)) if version == "newer" else older(host, version, kind)
    tree.write(host.world, FILE, text)
    if version != "newer":  # it noted the counters without the device's name
        counters = paths.of(NAME, paths.COUNTERS)
        tree.write(host.world, counters, host.read(counters).partition("/stat:")[2])
    if version == "0.1.0":  # it left the origin's device writable
        host.run(["blockdev", "--setrw", "/dev/sdb1"])
    enlarge(host)
    found = sandbox(host)
    assert found.status.total in (320 * MIB, 320 * MIB + 4096)
    assert found.record is not None
    if version == "newer":  # what only that version knows is not lost
        assert host.read(FILE) == text
    else:
        assert found.record.size == found.status.total
    shown = discard_proven(host)
    assert (shown.counters_same, shown.hash_same) == (True, True)
    same(host, before)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '{"schema": 9}', '{"name": 3}'])
def test_what_is_no_record_is_none(text: str) -> None:
    assert record.parse(text) is None


HOSTILE: dict[str, Any] = {
    "chunk": [0.5, -4096, 513, 3 * 4096, 256, 1 << 70, 10**400],
    "size": [-1, 1 << 64],
    "origin_size": [-1, 10**4000],
    "created": [-1.0, 1e300, float("nan"), float("inf"), 10**400],
    "namespace": [-1],
    "diskseq": [1 << 64],
    "locked": ["../../etc", "sda/"],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key in HOSTILE for value in HOSTILE[key]])
def test_numbers_and_names_that_cannot_be_make_no_record(key: str, value: object) -> None:
    host = PracticeHost()
    make(host)
    text = json.loads(host.read(FILE))
    assert record.parse(json.dumps(text)) is not None
    assert record.parse(json.dumps({**text, key: value})) is None


@pytest.mark.parametrize("kind", ["snapshot", "overlay"])
@pytest.mark.parametrize(
    "text",
    ["[", '{"a":', "chunk 0", "chunk 3", "created 1e300", "engine overlay"],
    ids=["brackets", "braces", "chunk-0", "chunk-3", "created", "engine"],
)
def test_a_damaged_record_stops_no_verb(text: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It can be looked at and removed; what cannot be done with it is refused."""
    cli = CommandLine(PracticeHost(), capsys)
    before = cli.host.snapshot()
    cli.make("--engine", kind)
    key, _, value = text.partition(" ")
    whole = json.loads(cli.host.read(FILE))
    if value:
        text = json.dumps({**whole, key: json.loads(value) if key != "engine" else value})
    else:
        text *= 100000
    tree.write(cli.host.world, FILE, text)
    for argv in (["list"], ["list", "--json"], ["show", NAME], ["doctor"], ["devices"], ["recover"]):
        assert cli(*argv).status == 0, argv
    for argv in (["grow", NAME, "+16M"], ["unmount", NAME], ["mount", NAME]):
        assert cli(*argv).status in (0, 3), argv
    assert cli("create", "/home/user", "--name", "other", "--size", "1M").status == 0
    assert cli("remove", "--all").status == 0
    same(cli.host, before)


def test_a_directory_that_was_listed_otherwise_is_not_compared() -> None:
    """The first releases listed it in another way: each of its files would look changed."""
    host = PracticeHost()
    make(host, origin="/home/user")
    text = json.loads(host.read(FILE))
    del text["schema"]
    tree.write(host.world, FILE, json.dumps(text))
    assert discard_proven(host).changed is None
    make(host, origin="/home/user")
    assert discard_proven(host).changed == ()
