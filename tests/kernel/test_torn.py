"""A repair that was killed between its two maps: recover makes the device again over the very origin that
it had, or not at all.
"""

import os
from pathlib import Path

import pytest

from tests.kernel.killing import BEFORE, killed, recovered
from tests.kernel.lab import MIB, Lab, sh
from tests.kernel.test_repair import filled, full, plan_of, repair_of, whole
from tui.backend.errors import PlanFailed, Refused

pytestmark = pytest.mark.only_no_udev


def tear(lab: Lab) -> None:
    """Let its map be gone, and no other one there yet."""
    titles = [step.title.split(" over ")[0] for step in plan_of(lab).steps]
    killed(lab, repair_of(lab), (titles.index("Make it again"), BEFORE))
    assert lab.sandbox("trial").map is None


def test_recover_throws_no_store_away_whose_origin_is_another_one(lab: Lab, tmp_path: Path) -> None:
    """Between two maps nobody holds the origin: then it may have become another disk."""
    disk, _saved = full(lab, "ext4", tmp_path / "point")
    tear(lab)
    sh("losetup", "--detach", disk.device)
    other = lab.disk("ext4", attach=False, name="other.img")
    sh("losetup", disk.device, other.image)
    digest = Path(other.image).read_bytes()
    with pytest.raises(Refused, match="is another disk now") as refusal:
        lab.recover()
    assert "Plug in the one that it was" in str(refusal.value.hint)
    assert whole_store(lab)
    lab.remove("trial")
    assert Path(other.image).read_bytes() == digest


@pytest.mark.parametrize("written", ["the partition", "its disk", "the other partition"])
def test_recover_tells_whether_a_partition_was_written(
    lab: Lab, counted: tuple[str, str, str], written: str, tmp_path: Path
) -> None:
    """By its disk's counters, too; what was written to the other one is nobody's business."""
    disk, part, other = counted
    saved = filled(lab, part, tmp_path / "point")
    tear(lab)
    node = {"the partition": part, "its disk": disk, "the other partition": other}[written]
    sh("dd", f"of={node}", "if=/dev/urandom", "bs=4096", "count=1", "seek=1000", "conv=notrunc,fsync")
    if written == "the other partition":
        recovered(lab)
        lab.mount("trial", str(tmp_path / "point"))
        lab.grow("trial", "+16M")
        assert whole(tmp_path / "point", saved) == set(saved)
    else:
        with pytest.raises(Refused, match="was written to since then") as refusal:
            lab.recover()
        assert "sandbox-tui remove trial" in str(refusal.value.hint)
        assert whole_store(lab)
    lab.remove("trial")


def test_recover_does_not_make_it_again_over_an_image_that_was_written(lab: Lab, tmp_path: Path) -> None:
    """Its blocks and the saved ones do not belong together any more."""
    disk, _saved = full(lab, "ext4", tmp_path / "point", attach=False)
    tear(lab)
    with open(disk.image, "r+b") as file:
        file.seek(6 * MIB)
        file.write(os.urandom(4096))
    with pytest.raises(PlanFailed, match="Check that the image is as it was") as failure:
        lab.recover()
    assert "cannot be shown any more" in str(failure.value)
    assert lab.sandbox("trial").map is None
    lab.remove("trial")


def whole_store(lab: Lab) -> bool:
    """Whether the exception store of a sandbox without its map is there."""
    loop = lab.sandbox("trial").cow_loop
    return loop is not None and Path(loop.path).read_bytes()[:4] == b"SnAp"
