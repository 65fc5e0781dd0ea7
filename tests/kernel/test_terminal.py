"""The program itself, in a terminal, on real devices: the whole round by keys."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernel.engines import OVERLAY_HERE
from tests.kernel.lab import MIB, Lab, sh
from tests.patience import PATIENCE


class Terminal:
    """A tmux window of 80x24 with the program in it, and what it ended with below that.

    (The guest's init blocks SIGCHLD, so tmux itself does not learn of an end.)
    """

    def __init__(self, *arguments: str) -> None:
        told = ["sh", "-c", '"$@"; echo "ended with $?"; exec sleep infinity', "sh"]
        program = [*told, sys.executable, "-m", "tui", *arguments]
        root = str(Path(__file__).resolve().parents[2])
        settings = ["-x", "80", "-y", "24", "-c", root, "-e", "LC_ALL=C.UTF-8"]
        sh("tmux", "-L", "lab", "-f", "/dev/null", "new-session", "-d", "-s", "lab", *settings, *program)

    def screen(self) -> str:
        """What is seen now."""
        return sh("tmux", "-L", "lab", "capture-pane", "-p", "-t", "lab")

    def wait(self, *words: str) -> str:
        """Until all words are on the screen."""
        end = time.monotonic() + PATIENCE
        while not all(word in (shown := self.screen()) for word in words):
            assert time.monotonic() < end, f"{words} never came:\n{shown}"
            time.sleep(0.3)
        return shown

    def press(self, *keys: str) -> None:
        """Keys by tmux's names."""
        for key in keys:
            sh("tmux", "-L", "lab", "send-keys", "-t", "lab", key)

    def type(self, text: str) -> None:
        """Text as typed."""
        sh("tmux", "-L", "lab", "send-keys", "-t", "lab", "-l", text)

    def close(self) -> None:
        """End it all."""
        subprocess.run(["tmux", "-L", "lab", "kill-server"], check=False, capture_output=True)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    found = Terminal()
    yield found
    found.close()


@pytest.mark.only_no_udev
@pytest.mark.parametrize("engine", ["snapshot", OVERLAY_HERE])
def test_the_whole_round_by_keys(lab: Lab, terminal: Terminal, engine: str) -> None:
    """With the engine that the kernel gives by itself."""
    disk = lab.disk("ext4" if engine == "overlay" else "vfat")
    digest = disk.digest()
    device = disk.device.removeprefix("/dev/")
    terminal.wait("Block devices", "None yet", device)
    terminal.press("n")
    terminal.wait("Which disk?", device)
    terminal.press("Enter")
    terminal.wait("How much may change?")
    terminal.press("Tab")
    terminal.wait("F1 Help")  # in a field `?` is text
    terminal.type("16M")
    terminal.wait("16M  ")
    terminal.press("Enter")
    terminal.wait("How shall it be made?")
    terminal.press("Enter")
    terminal.wait("What will be run", "#!/bin/sh")
    assert lab.sandboxes() == ()
    terminal.press("Enter")
    terminal.wait("ready:")
    terminal.press("Enter")
    name = lab.sandboxes()[0].name
    terminal.wait("Sandboxes", name, "16.0 MiB", "0%")
    point = lab.sandbox(name).mountpoint
    assert point is not None
    Path(point, "play").write_bytes(os.urandom(8 * MIB))
    sh("sync", "--file-system", point)
    terminal.wait("ok", "50%")

    assert lab.sandbox(name).engine == engine
    elsewhere = lab.create(lab.disk("ext4-1k").origin, name="elsewhere", size="2M")
    terminal.wait("elsewhere")
    lab.remove(elsewhere.name)

    with open(f"{point}/held", "w"):
        terminal.wait(name)
        terminal.press("x")
        shown = terminal.wait("In the way", str(os.getpid()))
        assert "has open" in shown
    terminal.wait("Nothing is in the way")
    terminal.press("Enter")
    terminal.wait("umount")
    terminal.press("Enter")
    terminal.wait("Nothing was written to")
    terminal.press("Enter")
    terminal.wait("None yet")
    terminal.press("q")
    terminal.wait("ended with 0")
    assert disk.digest() == digest
