"""Every test of this suite leaves the machine as it found it, or fails."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests import soak
from tests.kernel.lab import Lab, sh, state
from tests.patience import until
from tui.backend import paths, processes
from tui.backend.errors import SandboxError
from tui.backend.inventory import mounts

pytest.register_assert_rewrite("tests.kernel.killing")

IN_VM = os.environ.get("SANDBOX_TUI_VM") == "1"
HERE = os.environ.get("SANDBOX_TUI_HERE") == "1"


def pytest_configure() -> None:
    """These tests change devices: never on a machine that somebody uses. Those of the overlay
    engine touch nothing outside the mount namespace that `python -m tests.here` gives them.
    """
    if not IN_VM and not HERE:
        pytest.exit("The kernel suite runs in its virtual machine: sh .ci/test kernel overlay", returncode=2)


@pytest.hookimpl(trylast=True)  # when `-m` has chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Here only the overlay engine's; in the guest all but what is only for here, or (SANDBOX_TUI_SHARE) a
    share. Of them a shard.
    """
    del config
    away = {"only_layers_here"} if IN_VM else set()
    away |= {"null_blk"} if os.environ.get("SANDBOX_TUI_UML") == "1" else {"only_uml"}
    away |= set() if processes.sees_all() else {"first_pid_namespace"}
    items[:] = [
        item
        for item in items
        if (item.get_closest_marker("layers") or IN_VM) and not any(map(item.get_closest_marker, away))
    ]
    if os.environ.get("SANDBOX_TUI_SHARE") == "1":
        chosen = _share(items)
        items[:] = [item for item in items if item in chosen]
    number, of = map(int, os.environ.get("SANDBOX_TUI_SHARD", "1/1").split("/"))
    items[:] = items[number - 1 :: of]


def _share(items: list[pytest.Item]) -> set[pytest.Item]:
    """Of the overlay engine's a twelfth; of a test that is tried in three ways or more a third of them,
    unless it says itself how much of it runs; all others. In a soak all.
    """
    layered = [item for item in items if item.get_closest_marker("layers")]
    found = set(soak.share(layered, -(-len(layered) // 12), "layers in the guest"))
    ways: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item not in layered:
            ways[item.nodeid.partition("[")[0]].append(item)
    for test, tried in ways.items():
        all_of_them = len(tried) < 3 or tried[0].get_closest_marker("soak")
        found |= set(tried if all_of_them else soak.share(tried, -(-len(tried) // 3), test))
    return found


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Disks and verbs; afterwards nothing of any sandbox may be left."""
    laboratory = Lab()
    if IN_VM:
        sh("modprobe", "dm-mod")
    before, running = state(), programs()
    yield laboratory
    settle()
    after = state()
    ended = _ended(running)
    clear(laboratory)
    laboratory.close()
    assert {**after, "loops": None, "labels": None} == {**before, "loops": None, "labels": None}
    assert not [line for line in str(after["loops"]).split("', '") if "/run/sandbox-tui" in line]
    assert ended, f"still running: {programs() - running}"


def programs() -> set[tuple[str, str]]:
    """What runs in a guest, each with its number: no threads of the kernel, nor udevd: they come and go."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*") if IN_VM else ():
        with suppress(OSError):
            name, _, state = (folder / "stat").read_text().partition("(")[2].rpartition(") ")
            if state[0] not in "ZX" and state.split()[1] != "2" and "udev" not in name:
                found.add((folder.name, name))
    return found


def _ended(running: set[tuple[str, str]]) -> bool:
    """Whether what a test has started comes to its end: what stays could hold the next one, as `ps` is held
    by a program whose memory the kernel cannot look into.
    """
    with suppress(AssertionError):
        until(lambda: programs() <= running, "the end of what was started", patience=120)
        return True
    return False


@pytest.fixture
def counted() -> Iterator[tuple[str, str, str]]:
    """A disk of the guest (tests/vm/cage.sh) with two partitions, the first with an ext4: their nodes."""
    disk = "/dev/ubda"
    sh("sfdisk", "--quiet", disk, input="2048,16384\n20480,16384\n")
    sh("mkfs.ext4", "-q", "-F", f"{disk}1")
    yield disk, f"{disk}1", f"{disk}2"
    sh("wipefs", "--all", "--force", "--quiet", disk)
    sh("blockdev", "--rereadpt", disk)


def clear(laboratory: Lab) -> None:
    """After a failed test: give the next one a machine without sandboxes, whatever the program refuses."""
    for sandbox in laboratory.sandboxes():
        with suppress(SandboxError):
            laboratory.remove(sandbox.name)
    with suppress(SandboxError):
        laboratory.recover()
    for mount in reversed(mounts.read(laboratory.host)):
        if mount.mountpoint.startswith(f"{paths.RUN_DIR}/"):
            sh("umount", "--lazy", mount.mountpoint)
    shutil.rmtree(paths.RUN_DIR, ignore_errors=True)


def settle() -> None:
    """Let udev finish with its links."""
    if os.path.exists("/run/udev/control"):
        sh("udevadm", "settle")
