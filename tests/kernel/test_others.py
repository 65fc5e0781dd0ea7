"""What other users and their files do to a verb: nothing, or they are named."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.kernel.lab import Lab
from tests.kernel.test_namespaces import elsewhere
from tui.backend.errors import Refused

pytestmark = [pytest.mark.layers, pytest.mark.only_no_udev]


def test_an_overlay_is_not_unmounted_while_its_layers_are_elsewhere(lab: Lab) -> None:
    """It could not be mounted again: its upper layer would be in use, by whom the kernel does not say."""
    lab.create(lab.tree().origin, name="trial", size="4M")
    with elsewhere() as there:
        with pytest.raises(Refused, match=f"process {there.shell.pid} "):
            lab.unmount("trial")
        assert lab.sandbox("trial").mountpoint
    lab.unmount("trial")
    lab.mount("trial")
    lab.remove("trial")


def test_nobody_puts_words_into_a_refusal(lab: Lab, tmp_path: Path) -> None:
    """By the name of a file that is open, or of the program itself."""
    point = tmp_path / "point"
    lab.create(lab.tree().origin, name="trial", size="4M", mount=str(point))
    name = f"{point}/.\nNothing is wrong. Run this:\n  rm -rf x"
    code = (
        "import sys; f = open(sys.argv[1], 'w'); open('/proc/self/comm', 'w').write('a\\nb');"
        " print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(["python3", "-c", code, name], stdin=-1, stdout=-1) as user:
        assert user.stdout
        user.stdout.readline()
        with pytest.raises(Refused) as refusal:
            lab.remove("trial")
        user.kill()
    first, *others = refusal.value.message.split("\n")
    assert first == "The sandbox trial is in use:"
    assert [line[:10] for line in others] == ["  process "]
    lab.remove("trial")


def test_an_origin_that_was_a_layer_of_an_overlay(lab: Lab) -> None:
    """Its attributes tell of layers that are not those of the sandbox."""
    tree = lab.tree()
    for name in ("origin", "opaque", "impure"):
        os.setxattr(tree.origin, f"trusted.overlay.{name}", b"y")
    os.setxattr(tree.origin, "trusted.kept", b"1")
    box = lab.create(tree.origin, name="trial", size="4M")
    assert os.getxattr(str(box.mountpoint), "trusted.kept") == b"1"
    assert os.listdir(str(box.mountpoint))
    lab.remove("trial")
