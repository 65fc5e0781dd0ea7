"""The keys of every --json are a promise."""

import pytest

from tests.unit.command_line import NAME, CommandLine
from tui.backend.practice import PracticeHost
from tui.cli import schema

LISTED = {
    "name", "engine", "device", "origin", "origin_size", "image", "tree", "store", "policy", "chunk", "size",
    "used", "files", "files_used", "fill", "state", "word", "mounts", "fstype", "created", "busy", "whole",
    "interrupted", "foreign", "status", "running",
}  # fmt: skip
KEYS = {
    "devices": {"devices"},
    "list": {"sandboxes"},
    "show": {"sandbox", "advice", "amount", "changes", "age", "blockers", "complete"},
    "create": {"name", "device", "mount", "directory", "record"},
    "grow": {"name", "total", "repaired", "unchecked"},
    "mount": {"name", "mounts", "state"},
    "unmount": {"name", "mounts", "state"},
    "remove": {"removed", "memory", "kept", "stay"},
    "recover": {"kept", "left"},
    "livecd build": {"path", "size"},
    "livecd test": {"ready", "seconds", "accelerator"},
    "livecd write": {"iso", "size", "device"},
    "livecd info": {"path", "size", "label", "uuid", "about", "firmware", "hybrid", "files", "verified"},
    "doctor": {
        "kernel", "root", "udev", "engines", "stores", "modules", "programs", "available", "promised", "free",
        "leftovers", "problems", "usable",
    },
    "plan": {"verb", "name", "notes", "steps", "script"},
}  # fmt: skip
"""Every JSON that there is. What else is in it is in the schemas, and each output of these tests is held
against its own (tests/unit/command_line.py).
"""


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


@pytest.mark.parametrize("name", [*schema.names(), *KEYS])
def test_keys(name: str) -> None:
    found = schema.of(name)
    keys = found["$defs"][found["$ref"].rpartition("/")[2]]["properties"]
    assert set(keys) == KEYS[name]


def test_devices(cli: CommandLine) -> None:
    devices = cli("devices", "--json").json["devices"]
    disk = next(device for device in devices if device["kname"] == "sdb1")
    assert disk["verdict"] == {"problem": None, "note": "ready"}
    assert disk["size"] > 99 * 2**30
    mounted = next(device for device in devices if device["mounts"])
    assert mounted["verdict"]["problem"]["code"] == "in use"


def test_list_and_show(cli: CommandLine) -> None:
    cli.make()
    (listed,) = cli("list", "--json").json["sandboxes"]
    assert set(listed) == LISTED
    shown = cli("show", NAME, "--json").json
    assert shown["sandbox"] == listed
    assert 256 << 20 <= listed["size"] <= (256 << 20) + 4096, "the boundary trap costs a page at most"
    assert listed["mounts"] == [f"/run/sandbox-tui/{NAME}/mnt"]
    assert 0 <= listed["fill"] < 0.01
    assert shown["complete"] is True


def test_list_of_nothing(cli: CommandLine) -> None:
    assert cli("list", "--json").json == {"sandboxes": []}


def test_what_does_not_apply_is_null(cli: CommandLine) -> None:
    cli.make("--engine", "overlay")
    (listed,) = cli("list", "--json").json["sandboxes"]
    assert [listed[key] for key in ("device", "policy", "chunk", "busy", "foreign")] == [None] * 5


def test_every_change(cli: CommandLine) -> None:
    place = f"/run/sandbox-tui/{NAME}"
    made = cli.make("--json").json
    assert (made["device"], made["mount"]) == (f"/dev/mapper/{NAME}", f"{place}/mnt")
    assert (made["directory"], made["record"]["origin"]) == (place, "/dev/sdb1")
    grown = cli("grow", NAME, "+64M", "--json").json
    assert 320 << 20 <= grown["total"] <= (320 << 20) + 4096
    assert cli("unmount", NAME, "--json").json == {"name": NAME, "mounts": [], "state": "ok"}
    assert cli("mount", NAME, "--json").json == {"name": NAME, "mounts": [f"{place}/mnt"], "state": "ok"}
    (gone,) = cli("remove", NAME, "--json").json["removed"]
    assert gone["proof"]["counters_same"] is True
    assert cli("recover", "--json").json == {"kept": [], "left": []}


CHANGES = [
    ["create", "/dev/sdb1", "--size", "64M"],
    ["grow", NAME, "+1M"],
    ["unmount", NAME],
    ["remove", "--all"],
    ["recover"],
]


@pytest.mark.parametrize("argv", CHANGES, ids=" ".join)
def test_plans(cli: CommandLine, argv: list[str]) -> None:
    cli.make()
    plan = cli(*argv, "--dry-run", "--json").json
    assert plan["verb"] == argv[0]
    assert all(set(step) == {"title", "command", "undo"} for step in plan["steps"])
    assert plan["script"] == cli(*argv, "--dry-run").out


def test_doctor(cli: CommandLine) -> None:
    found = cli("doctor", "--json").json
    assert found["usable"] is (not found["problems"])
    assert set(found["modules"][0]) == {"name", "purpose", "needed", "loaded", "loadable"}
    assert set(found["programs"][0]) == {"name", "purpose", "needed", "found", "version", "package"}
