"""The keys of every --json are a promise: none is ever taken away or renamed."""

import pytest

from tests.unit.command_line import NAME, CommandLine
from tui.backend.practice import PracticeHost

DEVICE = {
    "path", "name", "size", "sector", "type", "fstype", "label", "uuid", "model", "serial", "transport",
    "read_only", "removable", "parents", "children", "holders", "mounts", "file", "ready", "reason",
}  # fmt: skip
SANDBOX = {
    "name", "engine", "device", "origin", "origin_size", "image", "tree", "store", "policy", "chunk", "size",
    "used", "files", "files_used", "fill", "state", "mounts", "fstype", "created", "busy", "interrupted",
    "foreign", "status", "running",
}  # fmt: skip
CREATED = {
    "name", "device", "mount", "directory", "origin", "origin_size", "origin_id", "image", "tree", "engine",
    "store", "policy", "chunk", "size", "fstype", "mount_options", "mount_made", "hashed", "brd_loaded",
    "locked", "namespace", "created", "version", "schema", "diskseq",
}  # fmt: skip
PLAN = {"verb", "name", "notes", "steps", "script"}
PROOF = {"name", "origin", "counters_same", "disk_same", "hash_same", "hashed", "changed", "more", "sentence"}
DIAGNOSIS = {
    "kernel", "root", "udev", "engines", "modules", "programs", "available", "promised", "free", "leftovers",
    "problems", "usable",
}  # fmt: skip


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


def test_devices(cli: CommandLine) -> None:
    devices = cli("devices", "--json").json["devices"]
    assert all(set(device) == DEVICE for device in devices)
    disk = next(device for device in devices if device["name"] == "sdb1")
    assert disk["ready"] is True
    assert disk["size"] > 99 * 2**30


def test_list_and_show(cli: CommandLine) -> None:
    cli.make()
    (listed,) = cli("list", "--json").json["sandboxes"]
    assert set(listed) == SANDBOX
    shown = cli("show", NAME, "--json").json
    assert set(shown) == SANDBOX | {"blockers"}
    assert 256 << 20 <= listed["size"] <= (256 << 20) + 4096, "the boundary trap costs a page at most"
    assert listed["mounts"] == [f"/run/sandbox-tui/{NAME}/mnt"]
    assert 0 <= listed["fill"] < 0.01


def test_list_of_nothing(cli: CommandLine) -> None:
    assert cli("list", "--json").json == {"sandboxes": []}


def test_create_and_remove(cli: CommandLine) -> None:
    assert set(cli.make("--json").json) == CREATED
    (proof,) = cli("remove", NAME, "--json").json["removed"]
    assert set(proof) == PROOF


@pytest.mark.parametrize("argv", [["create", "/dev/sdb1", "--size", "64M"], ["remove", "--all"]])
def test_plans(cli: CommandLine, argv: list[str]) -> None:
    cli.make()
    plan = cli(*argv, "--dry-run", "--json").json
    assert set(plan) == PLAN
    assert all(set(step) == {"title", "command", "undo"} for step in plan["steps"])


def test_doctor(cli: CommandLine) -> None:
    found = cli("doctor", "--json").json
    assert set(found) == DIAGNOSIS
    assert set(found["modules"][0]) == {"name", "purpose", "needed", "loaded", "loadable"}
    assert set(found["programs"][0]) == {"name", "purpose", "needed", "found", "version", "package"}
