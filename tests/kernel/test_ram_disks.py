"""brd is loaded for one sandbox, and unloaded with it; but never with data of others on its disks."""

from pathlib import Path
from typing import Any

import pytest

from tests.kernel.killing import AFTER, BEFORE, SETUPS, Planner, killed, recovered
from tests.kernel.lab import MIB, Lab, sh, state
from tui.backend import execute, inventory
from tui.backend.errors import PlanFailed, Refused
from tui.backend.execute import Event, Phase

pytestmark = pytest.mark.only_no_udev

KINDS: tuple[dict[str, Any], ...] = ({"classic": True, "size": "8M"}, {"store": "ramdisk", "size": "8M"})
both = pytest.mark.parametrize("options", KINDS, ids=["classic", "ramdisk"])
LOAD = "Load the kernel's RAM disk module"


def write(disk: Path, at: int) -> None:
    with disk.open("r+b") as file:
        file.seek(at)
        file.write(b"thesis")


def read(disk: Path, at: int) -> bytes:
    """As much as was written: the disk is as large as the memory."""
    with disk.open("rb") as file:
        file.seek(at)
        return file.read(6)


def another() -> Path:
    """A RAM disk beside ours: opening the node of one makes it."""
    disk = Path("/dev/ram5")
    if not disk.exists():
        sh("mknod", str(disk), "b", "1", "5")
    disk.open("rb").close()
    return disk


def unload() -> None:
    assert Path("/sys/module/brd").exists()
    sh("modprobe", "--remove", "brd")


@both
@pytest.mark.parametrize("at", [0, 5 * MIB], ids=["beginning", "middle"])
def test_data_of_others_stay(lab: Lab, options: dict[str, Any], at: int) -> None:
    lab.create(lab.disk().origin, name="trial", **options)
    disk = another()
    write(disk, at)
    plan = lab.remove_plan("trial")
    assert any("data of somebody else on /dev/ram5" in note for note in plan.notes)
    lab.remove("trial")
    assert read(disk, at) == b"thesis"
    unload()


@both
@pytest.mark.parametrize("moment", ["remove", "create"])
def test_what_is_put_on_one_meanwhile_stays(lab: Lab, options: dict[str, Any], moment: str) -> None:
    """As long as an origin is hashed, before a sandbox goes or before making one is taken back."""
    told: list[Path] = []

    def somebody(event: Event) -> None:
        if event.phase is Phase.STARTED and event.index == at:
            told.append(another())
            write(told[0], 5 * MIB)

    if moment == "remove":
        lab.create(lab.disk().origin, name="trial", **options)
        plan = lab.remove_plan("trial")
        at = plan.commit or 0
        execute.run(plan, lab.host, somebody)
    else:
        plan = lab.creation(lab.request(lab.disk().origin, name="trial", **options))(inventory.read(lab.host))
        at = len(plan.steps) - 2
        with pytest.raises(PlanFailed):
            execute.run(plan, lab.host, somebody, stop=lambda: bool(told))
    assert not lab.sandboxes()
    assert read(told[0], 5 * MIB) == b"thesis"
    unload()


@both
@pytest.mark.own_kernel
@pytest.mark.parametrize("made", ["mkfs.ext4", "mkfs.vfat"])
def test_an_origin_on_a_ram_disk_stays(lab: Lab, options: dict[str, Any], made: str) -> None:
    """Beside the one that a store is on, though all sandboxes go at once."""
    lab.create(lab.disk().origin, name="trial", **options)
    disk = str(another())
    sh(made, disk, *(["4M"] if made == "mkfs.ext4" else []))
    lab.create(disk, name="other", size="8M", no_mount=True)
    lab.remove("trial", "other")
    assert sh("blkid", "--probe", "--match-tag", "TYPE", "--output", "value", disk).strip() == made[5:]
    unload()


@both
@pytest.mark.own_kernel
def test_our_own_are_not_of_others(lab: Lab, options: dict[str, Any]) -> None:
    """What was taken back does not keep the module, nor what a sandbox leaves on its RAM disk. Debian's own
    kernel counts the pages, that of user-mode Linux does not.
    """
    before = state()
    origin = lab.disk().origin
    lab.create(origin, name="one", **options)
    Path("/run/sandbox-tui/one/mnt/file").write_bytes(bytes(range(256)) * 4096)
    lab.remove("one")
    assert not Path("/sys/module/brd").exists()
    with pytest.raises(PlanFailed):
        lab.create(origin, name="three", mount="/proc/nowhere", **options)
    assert state()["ram disks"] == before["ram disks"]


@pytest.mark.own_kernel
@pytest.mark.parametrize("setup", ["device on RAM disk", "classic"])
@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("step", range(3))
def test_create_is_killed_where_they_are_loaded(lab: Lab, setup: str, step: int, moment: str) -> None:
    before = state()
    request = lab.request(lab.disk().origin, name="trial", **SETUPS[setup])
    make: Planner = lab.creation(request)
    titles = [one.title for one in make(inventory.read(lab.host)).steps]
    killed(lab, make, (titles.index(LOAD) + step, moment))
    recovered(lab)
    assert state()["ram disks"] == before["ram disks"]


@both
@pytest.mark.parametrize("size", [8192, 4096])
def test_a_module_that_somebody_else_loads_is_theirs(lab: Lab, options: dict[str, Any], size: int) -> None:
    """Before a sandbox is made, while one is, and where that was killed before it had loaded its own."""
    sh("modprobe", "brd", "rd_nr=2", f"rd_size={size}")
    write(Path("/dev/ram0"), 4096)
    with pytest.raises(Refused, match="loaded already"):
        lab.create(lab.disk().origin, name="trial", **options)
    unload()
    make: Planner = lab.creation(lab.request(lab.disk().origin, name="trial", **options))
    plan = make(inventory.read(lab.host))
    load = [step.title for step in plan.steps].index(LOAD)

    def somebody(event: Event) -> None:
        if event.phase is Phase.STARTED and event.index == load:
            sh("modprobe", "brd", "rd_nr=2", f"rd_size={size}")
            write(Path("/dev/ram0"), 4096)

    with pytest.raises(PlanFailed, match="already"):
        execute.run(plan, lab.host, somebody)
    assert read(Path("/dev/ram0"), 4096) == b"thesis"
    unload()
    killed(lab, make, (load, BEFORE))
    sh("modprobe", "brd", "rd_nr=2", f"rd_size={size}")
    write(Path("/dev/ram0"), 4096)
    recovered(lab)
    assert not lab.sandboxes()
    assert read(Path("/dev/ram0"), 4096) == b"thesis"
    unload()


@both
@pytest.mark.parametrize("text", ["", "{"])
def test_it_goes_without_its_record_too(lab: Lab, options: dict[str, Any], text: str) -> None:
    lab.create(lab.disk().origin, name="trial", **options)
    Path("/run/sandbox-tui/trial/sandbox.json").write_text(text)
    lab.remove("trial")
    assert not Path("/sys/module/brd").exists()
