"""A full snapshot: growing repairs it, whatever happens on the way."""

import json
import os
import subprocess
from itertools import product
from pathlib import Path

import pytest

from tests import soak
from tests.kernel.killing import Planner, killed, recovered, settled
from tests.kernel.lab import MIB, Disk, Lab, node, sh
from tests.kernel.test_full import overfill, readable, wait_until_full
from tests.kernel.test_kill import cells
from tests.kernel.test_undo import Failing
from tui.backend import inventory
from tui.backend.errors import PlanFailed, Refused
from tui.backend.execute import Event, Phase
from tui.backend.gauge import State
from tui.backend.inventory import mounts
from tui.backend.machine import RealHost
from tui.backend.plan import Plan
from tui.backend.sandboxes import grow, perform

KINDS = ["ext4", "vfat", "xfs", "btrfs"]
UNREPLAYED = {"ext4": 0, "vfat": 20, "xfs": 0, "btrfs": 0}
"""How many of the saved files a read-only mount without replay shows at least."""


ROUNDS = [(kind, True, "tmpfs") for kind in KINDS] + [("ext4", False, "ramdisk"), ("xfs", False, "tmpfs")]
"""Kind, whether it is mounted, and the store; all of them when it may take long."""


@pytest.mark.only_no_udev
@pytest.mark.parametrize(
    ("kind", "mounted", "store"), product(KINDS, [True, False], ["tmpfs", "ramdisk"]) if soak.ALL else ROUNDS
)
def test_growing_repairs_a_full_one(lab: Lab, kind: str, mounted: bool, store: str, tmp_path: Path) -> None:
    """Every file that was saved is whole, where it was, and it can be written to again; what has no journal
    once it has been checked.
    """
    disk, saved = full(lab, kind, tmp_path / "point", store=store)
    digest, point = disk.digest(), tmp_path / "point"
    before = options_of(point)
    if not mounted:
        assert "is lost" in " ".join(lab.unmount("trial").notes)
    plan = lab.grow("trial", "+16M")
    assert ("is lost" in " ".join(plan.notes)) == mounted
    assert lab.gauge("trial").state in (State.OK, State.FILLING)
    if kind == "vfat":
        _check_vfat(lab, point, mounted=mounted)
    elif not mounted:
        lab.mount("trial", str(point))
    assert options_of(point) == before
    assert whole(point, saved) == set(saved)
    (point / "more").write_bytes(os.urandom(MIB))
    sh("sync", "--file-system", str(point))
    assert lab.remove("trial").counters_same
    assert disk.digest() == digest


def _check_vfat(lab: Lab, point: Path, *, mounted: bool) -> None:
    if mounted:
        assert "ro" in options_of(point)
        with pytest.raises(OSError, match="Read-only"):
            (point / "more").write_bytes(b"x")
        lab.unmount("trial")
    checked = subprocess.run(["fsck.vfat", "-a", "/dev/mapper/trial"], capture_output=True, check=False)
    assert checked.returncode in (0, 1), "1: what was torn is repaired"
    lab.mount("trial", str(point))


@pytest.mark.only_no_udev
@pytest.mark.parametrize("damage", [{"policy": "N"}, {"chunk": 65536}, {"origin_size": 4096}], ids=str)
def test_it_is_made_of_what_its_table_says(lab: Lab, damage: dict[str, object], tmp_path: Path) -> None:
    """Not of what its record does, which may be damaged."""
    _disk, saved = full(lab, "ext4", tmp_path / "point")
    record = Path("/run/sandbox-tui/trial/sandbox.json")
    record.write_text(json.dumps({**json.loads(record.read_text()), **damage}))
    lab.grow("trial", "+16M")
    assert whole(tmp_path / "point", saved) == set(saved)
    lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_one_can_be_seen_read_only(lab: Lab, kind: str, tmp_path: Path) -> None:
    """Nothing is replayed, for that would write; what is said of it is true."""
    _disk, saved = full(lab, kind, tmp_path / "point")
    lab.unmount("trial")
    notes = " ".join(lab.mount("trial").notes)
    point = Path(str(lab.sandbox("trial").mountpoint))
    assert "ro" in options_of(point)
    assert len(whole(point, saved)) >= UNREPLAYED[kind]
    assert ("may be missing" in notes) == (kind != "vfat")
    assert lab.unmount("trial").notes == ()
    lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_who_uses_a_full_one_is_named_before_it_grows(lab: Lab, kind: str, tmp_path: Path) -> None:
    _disk, saved = full(lab, kind, tmp_path / "point")
    before = settled()
    place = "/" if kind == "xfs" else tmp_path / "point"
    with open(node(lab.sandbox("trial")) if kind == "xfs" else os.devnull) as file:
        user = subprocess.Popen(["sleep", "1000"], cwd=place, stdin=file)
    with pytest.raises(Refused, match=f"process {user.pid} "):
        lab.grow("trial", "+16M")
    assert settled() == before
    user.kill()
    user.wait()
    lab.grow("trial", "+16M")
    assert whole(tmp_path / "point", saved) == set(saved)
    lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("kind", KINDS if soak.ALL else ["ext4", "xfs"])
def test_a_repair_that_fails_at_any_step(lab: Lab, kind: str, tmp_path: Path) -> None:
    """Its device is there, and it is mounted where it was, at least read-only, which is said."""
    point = tmp_path / "point"
    _disk, saved = full(lab, kind, point)
    last = len(plan_of(lab).steps) - 1
    for number in soak.share(range(1, last), 2, f"repair {kind}"):
        title, host = plan_of(lab).steps[number].title, Failing()

        def listener(event: Event, number: int = number, host: Failing = host) -> None:
            if (event.index, event.phase) == (number, Phase.STARTED):
                host.failing = True

        writable = "rw" in options_of(point)
        with pytest.raises(PlanFailed) as failure:
            perform.perform(host, repair_of(lab), listener=listener)
        found = lab.sandbox("trial")
        assert found.map is not None, title
        assert not found.interrupted, title
        assert found.mountpoint == str(point), title
        if writable:
            assert ("read-only" in str(failure.value)) == ("ro" in options_of(point)), title
        lab.unmount("trial")
        again(lab, point, saved)
    lab.grow("trial", "+16M")
    assert whole(point, saved) == set(saved)
    lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("kind", ["ext4", "xfs"] if soak.ALL else ["ext4"])
@pytest.mark.parametrize("setup", ["device, tmpfs", "image, ramdisk"])
def test_a_repair_killed_at_any_step(lab: Lab, kind: str, setup: str, tmp_path: Path) -> None:
    """Recover leaves the full one or the repaired one, with all that was saved."""
    point, torn = tmp_path / "point", 0
    origin, store = setup.split(", ")
    disk, saved = full(lab, kind, point, store=store, attach=origin == "device")
    digest = disk.digest()
    for cell in cells(lab, plan_of(lab), f"repair {kind} {setup}"):
        killed(lab, repair_of(lab), cell)
        torn += lab.sandbox("trial").map is None
        recovered(lab)
        found = lab.sandbox("trial")
        assert found.whole, cell
        assert not found.interrupted, cell
        if found.mounts:
            lab.unmount("trial")
        again(lab, point, saved)
    assert torn or not soak.ALL
    if lab.gauge("trial").state is State.FULL:
        lab.grow("trial", "+16M")
    assert whole(point, saved) == set(saved)
    lab.remove("trial")
    assert disk.digest() == digest


@pytest.mark.only_no_udev
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_only_because_it_was_full_is_not_any_more(lab: Lab, kind: str, tmp_path: Path) -> None:
    full(lab, kind, tmp_path / "point")
    lab.unmount("trial")
    lab.mount("trial", str(tmp_path / "point"))
    assert "ro" in options_of(tmp_path / "point")
    lab.grow("trial", "+16M")
    assert ("rw" in options_of(tmp_path / "point")) == (kind != "vfat")
    lab.remove("trial")


@pytest.mark.only_no_udev
def test_what_somebody_wants_read_only_stays_so(lab: Lab) -> None:
    """It was made full by its device, past the file system and its last blocks, which are free."""
    box = lab.create(lab.disk("ext4").origin, name="trial", size="1M")
    point = Path(str(box.mountpoint))
    sh("mount", "-o", "remount,ro", str(point))
    sh("dd", f"of={node(box)}", "if=/dev/urandom", "bs=1M", "seek=5", "count=3")  # no fsync: it would fail
    sh("sync")
    wait_until_full(lab)
    lab.grow("trial", "+16M")
    assert lab.gauge("trial").state is State.OK
    assert "ro" in options_of(point)
    lab.remove("trial")


def full(
    lab: Lab, kind: str, point: Path, *, store: str = "tmpfs", attach: bool = True
) -> tuple[Disk, dict[str, bytes]]:
    """A mounted sandbox that is full, its origin, and the files that were saved before, by name."""
    disk = lab.disk(kind, attach=attach)
    return disk, filled(lab, disk.origin, point, size="4M" if kind == "ext4" else "12M", store=store)


def filled(lab: Lab, origin: str, point: Path, *, size: str = "4M", store: str = "tmpfs") -> dict[str, bytes]:
    """A sandbox of an origin, mounted and full: the files that were saved before."""
    lab.create(origin, name="trial", size=size, mount=str(point), store=store)
    saved = {f"saved-{number}": os.urandom(100 << 10) for number in range(20)}
    for name, data in saved.items():
        with open(point / name, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    assert overfill(f"{point}/big", 24 * MIB) != 0
    wait_until_full(lab)
    return saved


def whole(point: Path, saved: dict[str, bytes]) -> set[str]:
    """The names of the files that can be read as they were saved."""
    return {name for name, data in saved.items() if readable(point / name, data)}


def options_of(point: Path) -> set[str]:
    """How it is mounted, but for what the kernel chooses by the size of the store."""
    found = [mount for mount in mounts.read(RealHost()) if mount.mountpoint == str(point)]
    return set(found[-1].options.split(",")) if found else set()


def repair_of(lab: Lab) -> Planner:
    """What makes the plan."""
    return lambda reading: grow.prepare(lab.host, reading, "trial", "+256K").plan


def plan_of(lab: Lab) -> Plan:
    """The plan as it is now."""
    return repair_of(lab)(inventory.read(lab.host))


def again(lab: Lab, point: Path, saved: dict[str, bytes]) -> None:
    """Mount the sandbox again, and let it be full again where it has been repaired."""
    lab.mount("trial", str(point))
    if lab.gauge("trial").state is not State.FULL:
        assert whole(point, saved) == set(saved)
        assert overfill(f"{point}/big", 64 * MIB) != 0
        wait_until_full(lab)
