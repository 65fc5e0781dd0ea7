"""Every verb on the practice host: what it prints, what it does, how it ends."""

import pytest

from tests.unit.command_line import IMAGES, NAME, CommandLine
from tests.unit.practice_verbs import begins, same, without_mounts
from tui.backend.practice import PracticeHost
from tui.backend.practice.world import Process

pytestmark = pytest.mark.usefixtures("engine")

MNT = f"/run/sandbox-tui/{NAME}/mnt"
DEVICE = {"snapshot": f"/dev/mapper/{NAME}\n", "overlay": ""}
CREATES = {
    "snapshot": f"dmsetup create {NAME} --uuid SANDBOX-{NAME}",
    "overlay": "mount -t overlay -o rw,lowerdir=",
}
GROWS = {"snapshot": "dmsetup load trial:cow", "overlay": "mount -o remount,size="}
REMOVES = {"snapshot": f"dmsetup remove --retry {NAME}", "overlay": f"umount /run/sandbox-tui/{NAME}/lower"}
KINDS = {"snapshot": "PO", "overlay": "overlay, by file"}
LAST = {"snapshot": ("dmsetup", "create"), "overlay": ("mount", "-t", "overlay")}


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


def test_devices_lists_a_tree_with_verdicts(cli: CommandLine) -> None:
    said = cli("devices")
    assert said.status == 0
    assert "├─sda1" in said.out
    assert "in use: mounted on /boot/efi" in said.out
    assert next(line for line in said.out.splitlines() if "sdb1" in line).endswith("ready")
    assert not said.err


def test_create_prints_the_device_and_the_mount_point(cli: CommandLine, engine: str) -> None:
    said = cli.make()
    assert said.out == f"{DEVICE[engine]}{MNT}\n"
    assert f"Mount it on {MNT} ... ok" in said.err


@pytest.mark.once
def test_create_without_a_mount_prints_the_device_only(cli: CommandLine) -> None:
    assert cli.make("--no-mount").out == f"/dev/mapper/{NAME}\n"


def test_create_chooses_name_and_size(cli: CommandLine) -> None:
    said = cli("create", "/dev/sdb1", "--json")
    assert said.status == 0
    assert said.json["name"] == "sdb1-sandbox"
    assert said.json["record"]["size"] >= 64 << 20


def test_create_takes_a_mount_point_from_the_working_directory(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert cli.make("--mount", "mnt").out.splitlines()[-1] == "/mnt"


def test_create_dry_run_prints_the_script_and_touches_nothing(cli: CommandLine, engine: str) -> None:
    before = cli.host.snapshot()
    said = cli("create", "/dev/sdb1", "--name", NAME, "--size", "256M", "--dry-run")
    assert said.status == 0
    assert said.out.startswith("#!/bin/sh\n# create trial\nset -eu\n")
    assert CREATES[engine] in said.out
    same(cli.host, before)


def test_the_dry_run_is_what_is_run(cli: CommandLine) -> None:
    plan = cli("create", "/dev/sdb1", "--name", NAME, "--size", "256M", "--dry-run", "--json").json
    said = cli.make()
    assert all(step["command"] in plan["script"] for step in plan["steps"])
    told = [line.removesuffix(" ... ok") for line in said.err.splitlines() if not line.startswith("Note: ")]
    assert told == [step["title"] for step in plan["steps"]]


def test_list_without_sandboxes_says_so_beside_the_data(cli: CommandLine) -> None:
    said = cli("list")
    assert (said.status, said.out) == (0, "")
    assert "no sandboxes" in said.err


def test_list_shows_each_sandbox(cli: CommandLine) -> None:
    cli.make()
    cli.make(origin=f"{IMAGES}/debian-12.img", name="image")
    lines = cli("list").out.splitlines()
    assert lines[0].split() == ["NAME", "ORIGIN", "SIZE", "USED", "FILL", "STATE", "MOUNTED", "ON"]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["image", f"{IMAGES}/debian-12.img"],
        [NAME, "/dev/sdb1"],
    ]


def test_show_tells_all(cli: CommandLine, engine: str) -> None:
    cli.make()
    said = cli("show", NAME)
    for words in ("/dev/sdb1", "256.0 MiB", MNT, KINDS[engine], "ext4"):
        assert words in said.out


def test_grow_prints_the_new_size(cli: CommandLine) -> None:
    cli.make()
    said = cli("grow", NAME, "+256M")
    assert (said.status, said.out) == (0, "")
    assert said.err.endswith(f"{NAME} has more room now, 512.0 MiB; nothing in it was touched.\n")


def test_grow_dry_run_changes_nothing(cli: CommandLine, engine: str) -> None:
    cli.make()
    before = cli.host.snapshot()
    said = cli("grow", NAME, "+256M", "--dry-run")
    assert GROWS[engine] in said.out
    same(cli.host, before)


def test_unmount_and_mount(cli: CommandLine) -> None:
    cli.make()
    assert cli("unmount", NAME).status == 0
    assert cli("list", "--json").json["sandboxes"][0]["mounts"] == []
    assert cli("unmount", NAME).status == 3
    assert cli("mount", NAME).out == f"{MNT}\n"
    assert cli("mount", NAME).status == 3
    assert cli("unmount", NAME).status == 0
    assert cli("mount", NAME, "/mnt").out == "/mnt\n"


def test_remove_prints_the_proof(cli: CommandLine) -> None:
    before = cli.host.snapshot()
    cli.make()
    said = cli("remove", NAME)
    assert (said.status, said.out) == (
        0,
        f"{NAME} is removed. /dev/sdb1 is untouched: nothing was written to it.\n",
    )
    same(cli.host, before)


def test_remove_of_an_image_compares_its_hash(cli: CommandLine) -> None:
    image = f"{IMAGES}/debian-12.img"
    cli.make(origin=image)
    (gone,) = cli("remove", NAME, "--json").json["removed"]
    assert (gone["name"], gone["proof"]["origin"]) == (NAME, image)
    assert gone["sentence"] == f"{image} is untouched: its hash is the same."
    known = {name: value for name, value in gone["proof"].items() if name.endswith("_same")}
    assert known == {"counters_same": True, "disk_same": None, "hash_same": True}
    assert gone["proof"]["hashed"]


def test_remove_several_and_all(cli: CommandLine) -> None:
    before = cli.host.snapshot()
    cli.make(name="one")
    cli.make(name="two", origin=f"{IMAGES}/debian-12.img")
    assert len(cli("remove", "one", "two").out.splitlines()) == 2
    cli.make(name="three")
    assert cli("remove", "--all").out.startswith("three is removed.")
    same(cli.host, before)
    said = cli("remove", "--all")
    assert (said.status, said.out) == (0, "")
    assert "There are no sandboxes." in said.err
    assert cli("remove", "--all", "--json").json["removed"] == []


def test_remove_all_leaves_what_is_in_use(cli: CommandLine) -> None:
    cli.make(name="idle")
    cli.make(name="busy", origin=f"{IMAGES}/debian-12.img")
    cli.host.world.processes[7] = Process(7, "sh", "root", [("works in", "/run/sandbox-tui/busy/mnt")])
    said = cli("remove", "--all")
    assert said.status == 3
    assert said.out.startswith("idle is removed.")
    assert "busy is in use: process 7 (sh, of root): works in /run/sandbox-tui/busy/mnt." in said.err
    again = cli("remove", "--all")
    assert (again.status, again.out) == (3, ""), "refused where nothing can be removed"


def test_remove_dry_run_changes_nothing(cli: CommandLine, engine: str) -> None:
    cli.make()
    before = cli.host.snapshot()
    assert REMOVES[engine] in cli("remove", NAME, "--dry-run").out
    same(cli.host, before)


def test_recover_with_nothing_to_do(cli: CommandLine) -> None:
    before = cli.host.snapshot()
    said = cli("recover")
    assert (said.status, said.out) == (0, "")
    assert "Nothing is left behind." in said.err
    same(cli.host, before)


def test_recover_clears_what_a_failed_undo_left(cli: CommandLine, engine: str) -> None:
    before = cli.host.snapshot()
    cli.host.fail_when(lambda argv: "rmdir" in argv or begins(argv, LAST[engine]), times=None)
    assert cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M").status == 1
    cli.host._faults.__init__()  # type: ignore[misc]
    assert "has not ended" in cli("list").out
    assert "rmdir" in cli("recover", "--dry-run").out
    assert cli("recover").status == 0
    same(cli.host, before)


def test_whose_layers_are_gone_is_not_called_interrupted(cli: CommandLine) -> None:
    before = cli.host.snapshot()
    assert cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M", "--engine", "overlay").status == 0
    without_mounts(cli.host)
    assert "only remains" in cli("list").out
    shown = cli("show", NAME).out
    assert "overlay" in shown
    assert "`sandbox-tui recover` clears it" in shown
    assert "?" not in shown
    assert cli("recover").status == 0
    same(cli.host, before)


def test_a_failed_step_is_undone_and_told(cli: CommandLine, engine: str) -> None:
    before = cli.host.snapshot()
    cli.host.fail_when(lambda argv: begins(argv, LAST[engine]), "the kernel says no")
    said = cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M")
    assert (said.status, said.out) == (1, "")
    assert "the kernel says no" in said.err
    assert "Undo: " in said.err
    assert "Everything done before it was undone." in said.err
    same(cli.host, before)
