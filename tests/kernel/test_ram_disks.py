"""brd is loaded for a sandbox, and unloaded with the last one; but never with data of others on its disks."""

from pathlib import Path

import pytest

from tests.kernel.killing import BEFORE, SETUPS, Planner, killed, recovered
from tests.kernel.lab import MIB, Lab, sh
from tui.backend import inventory
from tui.backend.stores import others_data

pytestmark = pytest.mark.only_no_udev

KINDS = ({"classic": True, "size": "8M"}, {"store": "ramdisk", "size": "8M"})


def write(disk: Path, at: int) -> None:
    with disk.open("r+b") as file:
        file.seek(at)
        file.write(b"thesis")


@pytest.mark.parametrize("options", KINDS, ids=["classic", "ramdisk"])
@pytest.mark.parametrize("at", [0, 5 * MIB], ids=["beginning", "middle"])
def test_data_of_others_stay(lab: Lab, options: dict[str, object], at: int) -> None:
    lab.create(lab.disk().origin, name="trial", **options)  # type: ignore[arg-type]
    disk = Path("/dev/ram5")
    if not disk.exists():
        sh("mknod", str(disk), "b", "1", "5")  # opening it makes the RAM disk
    if "store" in options:
        with pytest.raises(PermissionError):
            write(disk, at)
        sh("blockdev", "--setrw", str(disk))
    write(disk, at)
    plan = lab.remove_plan("trial")
    assert any("data of somebody else on /dev/ram5" in note for note in plan.notes)
    lab.remove("trial")
    with disk.open("rb") as file:
        file.seek(at)
        assert file.read(6) == b"thesis"
    sh("modprobe", "--remove", "brd")


def test_our_own_are_not_of_others(lab: Lab) -> None:
    """What one of several left on its RAM disk does not keep the module."""
    origin = lab.disk().origin
    for name in ("one", "two"):
        lab.create(origin, name=name, store="ramdisk", size="8M")
        Path(f"/run/sandbox-tui/{name}/mnt/file").write_bytes(bytes(range(256)) * 4096)
    lab.remove("one")
    assert Path("/sys/module/brd").exists()
    lab.remove("two")
    assert not Path("/sys/module/brd").exists()


@pytest.mark.own_kernel
@pytest.mark.parametrize("setup", ["device on RAM disk", "classic"])
def test_create_is_killed_before_they_are_read_only(
    lab: Lab, setup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go where the kernel tells that nothing is on them; else they stay, once it has been read for as
    long as is allowed, and it is said.
    """
    monkeypatch.setattr(others_data, "_SECONDS", 1)
    request = lab.request(lab.disk().origin, name="trial", **SETUPS[setup])
    make: Planner = lab.creation(request)
    titles = [step.title for step in make(inventory.read(lab.host)).steps]
    load = titles.index("Load the kernel's RAM disk module")
    for step in (load + 1, load + 2):
        killed(lab, make, (step, BEFORE))
        counted = Path("/sys/kernel/debug/ramdisk_pages").exists()
        said = " ".join(recovered(lab).notes)
        stays = Path("/sys/module/brd").exists()
        assert stays == ("The RAM disks stay" in said)
        assert not (stays and counted)
        if stays:
            sh("modprobe", "--remove", "brd")
