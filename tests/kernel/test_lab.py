"""The laboratory itself."""

from pathlib import Path

import pytest

from tests.kernel.lab import PLACE, Lab, mounts_below, sh


@pytest.mark.only_layers_here
@pytest.mark.layers
def test_cleaning_up_deletes_nothing_behind_a_mount(tmp_path: Path) -> None:
    """A test that fails may have the root of this machine mounted in its place."""
    laboratory = Lab()
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("of the machine")
    for name in ("a b", "jail"):
        point = PLACE / name
        point.mkdir()
        sh("mount", "--bind", str(kept), str(point))
    sh("mount", "-t", "tmpfs", "none", str(PLACE / "a b"))
    laboratory.close()
    assert (kept / "file").read_text() == "of the machine"
    assert mounts_below(PLACE) == []
    assert list(PLACE.iterdir()) == []
