"""Each file system, in each condition, by each engine: a sandbox of it works, or is refused with a reason.

The origin is the same afterwards. What lies below an overlay is in test_lower.py.
"""

import os
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from itertools import product
from pathlib import Path

import pytest

from tests import soak
from tests.kernel import file_systems
from tests.kernel.file_systems import MAKE, PACKED, image, interrupted, look
from tests.kernel.lab import MIB, PLACE, Disk, Lab, loop_over, sh, state
from tests.kernel.test_lower import CASELESS
from tests.kernel.test_namespaces import TUI, elsewhere, kept
from tests.kernel.test_repair import whole
from tui.backend.errors import PlanFailed, Refused
from tui.backend.gauge import State

pytestmark = pytest.mark.only_no_udev

EVERY = [
    *product(MAKE, ("clean", "unfinished", "full", "foreign"), ("snapshot",)),
    *product(PACKED, ("clean", "foreign"), ("snapshot",)),
    *product((*MAKE, *PACKED), ("full", "foreign"), ("overlay",)),
]
CHOSEN = {
    ("jfs", "unfinished", "snapshot"),
    ("f2fs", "full", "snapshot"),
    ("minix", "clean", "snapshot"),
    ("squashfs", "foreign", "snapshot"),
    ("vfat", "full", "overlay"),
    ("udf", "full", "overlay"),
}
STORE = 12 * MIB
NO_JOURNAL = ("ext2", "udf", "minix", "vfat", "exfat")


@pytest.mark.parametrize(("kind", "condition", "engine"), soak.cells(EVERY, CHOSEN))
def test_it_works_or_is_refused(
    lab: Lab, kind: str, condition: str, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if not file_systems.is_known(kind):
        return  # which ones, test_lower.py says
    file = interrupted(kind) if condition == "unfinished" else image(kind)
    node = loop_over(file)
    lab.loops.append(node)
    disk, before = Disk(str(file), node), state()
    digest, written = sh("sha256sum", str(file)), disk.written()
    try:
        TRIALS[condition](lab, disk, engine, kind)
        found = "green"
    except (Refused, PlanFailed) as refusal:
        found = f"refused: {refusal}"
    for box in lab.sandboxes():
        lab.remove(box.name)
    assert state() == before
    assert (sh("sha256sum", str(file)), disk.written()) == (digest, written)
    with capsys.disabled() if soak.ALL else nullcontext():
        print(f"\n{kind}, {condition}, {engine}: {found.replace(node, 'DEVICE')}")
    assert (found == "green") == ((kind, condition, engine) not in REFUSED), found


def _refused(kind: str, condition: str, engine: str) -> bool:
    """Overlayfs cannot have some below it; the kernel mounts no jfs with an unfinished journal, and so none
    that was full.
    """
    if engine == "overlay":
        return kind in CASELESS
    return kind == "jfs" and condition in ("unfinished", "full")


REFUSED = {cell for cell in EVERY if _refused(*cell)}


def _works(lab: Lab, disk: Disk, engine: str, kind: str) -> None:
    """It is mounted, read, written to, and leaves no trace."""
    box = lab.create(disk.origin, name="trial", size="32M", engine=engine, hash=True)
    look(str(box.mountpoint))
    if kind not in PACKED:
        Path(f"{box.mountpoint}/new").write_bytes(os.urandom(MIB))
        sh("sync", "--file-system", str(box.mountpoint))
    shown = lab.remove("trial")
    assert (shown.hash_same, shown.counters_same) == (True, True)


def _is_checked(lab: Lab, disk: Disk, engine: str, kind: str) -> None:
    """What was cut off without a journal is checked before it is written to, as on a disk."""
    if kind != "ext2":
        _works(lab, disk, engine, kind)
        return
    box = lab.create(disk.origin, name="trial", size="32M", engine=engine, hash=True)
    _check(lab, "ext2")
    Path(f"{box.mountpoint}/new").write_bytes(os.urandom(MIB))
    sh("sync", "--file-system", str(box.mountpoint))
    shown = lab.remove("trial")
    assert (shown.hash_same, shown.counters_same) == (True, True)


def _check(lab: Lab, kind: str) -> None:
    """Repair the file system of the sandbox, where something does that, while it is not mounted."""
    lab.unmount("trial")
    if kind == "ext2":
        words = ["fsck.ext2", "-f", "-y", "/dev/mapper/trial"]
        checked = subprocess.run(words, capture_output=True, check=False)
        assert checked.returncode in (0, 1), "1: what was torn is repaired"
    lab.mount("trial")


def _fills(lab: Lab, disk: Disk, engine: str, kind: str) -> None:
    """What was saved before it was full is whole after it has grown."""
    point = Path(str(lab.create(disk.origin, name="trial", size=str(STORE), engine=engine).mountpoint))
    saved = {f"saved{number}": os.urandom(64 << 10) for number in range(8)}
    for name, data in saved.items():
        _save(point / name, data)
    number = 0
    while lab.gauge("trial").state is not State.FULL:
        try:
            _save(point / f"more{number}", os.urandom(MIB))
        except OSError:
            assert number >= 4, "an error long before it can be full"
        number += 1
        assert number < 64, "never full"
    notes = " ".join(lab.grow("trial", "+16M").notes)
    assert whole(point, saved) == set(saved)
    assert ("has no journal" in notes) == (engine == "snapshot" and kind in NO_JOURNAL)
    if kind in NO_JOURNAL and engine == "snapshot":
        assert "ro" in lab.sandbox("trial").mounts[0].options.split(",")
        _check(lab, kind)
        assert whole(point, saved) == set(saved)
    if not (kind == "udf" and engine == "snapshot"):  # there is nothing that checks it
        _save(point / "again", os.urandom(MIB))
    assert lab.gauge("trial").state is not State.FULL


def test_a_udf_that_cannot_be_written_is_mounted_read_only(lab: Lab) -> None:
    """As that of a DVD: the kernel tells by its kind of medium."""
    file = PLACE / "dvd.img"
    with file.open("wb") as new:
        new.truncate(16 * MIB)
    sh("mkudffs", "--utf8", "--media-type=dvd", str(file))
    digest = sh("sha256sum", str(file))
    box = lab.create(str(file), name="trial", size="4M", engine="snapshot")
    assert "ro" in box.mounts[0].options.split(",")
    assert lab.remove("trial").hash_same
    assert sh("sha256sum", str(file)) == digest


def _save(path: Path, data: bytes) -> None:
    """With its name: to sync a file saves that only where there is a journal."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _of_others(lab: Lab, disk: Disk, engine: str, kind: str) -> None:
    """No verb touches it while its namespace lives; then it is cleared."""
    with elsewhere() as there:
        said = there.run(f"{TUI} create {disk.origin} --name=trial --size=4M --engine={engine} || true")
        if not lab.sandboxes():
            raise Refused(said.strip(), "as it says")
        kept(lab, there, "" if kind in PACKED and engine == "snapshot" else said.split()[-1])
    lab.recover()


TRIALS: dict[str, Callable[[Lab, Disk, str, str], None]] = {
    "clean": _works,
    "unfinished": _is_checked,
    "full": _fills,
    "foreign": _of_others,
}
