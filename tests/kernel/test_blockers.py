"""Who is in the way of a removal."""

import _ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.kernel import file_systems
from tests.kernel.engines import both_engines
from tests.kernel.lab import Lab, loop_over, node, sh
from tui.backend.errors import Refused
from tui.backend.inventory import blockers


@contextmanager
def program(*argv: str, **options: Any) -> Iterator[int]:
    """A program that runs meanwhile, ready when it has printed a line."""
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.PIPE, **options)
    assert process.stdout
    assert process.stdin
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def refused(lab: Lab, *words: str) -> None:
    with pytest.raises(Refused) as refusal:
        lab.remove("trial")
    for word in words:
        assert word in refusal.value.message


@pytest.mark.only_no_udev
@both_engines
def test_every_way_a_process_can_hold_a_mount(lab: Lab, engine: str) -> None:
    box = lab.create(lab.disk().origin, name="trial", engine=engine)
    point = str(box.mountpoint)
    Path(f"{point}/file").write_bytes(bytes(8192))
    sh("cp", "/usr/bin/busybox", f"{point}/busybox")
    shutil.copy(_ctypes.__file__, f"{point}/library.so")
    mapping = "import ctypes,sys; library=ctypes.CDLL(sys.argv[1]); print(flush=True); sys.stdin.read()"
    ways: dict[str, tuple[list[str], dict[str, Any]]] = {
        "works in": (["sh", "-c", "echo; read line"], {"cwd": point}),
        "has open": (["sh", "-c", "exec 3<file; cd /; echo; read line"], {"cwd": point}),
        "runs": ([f"{point}/busybox", "sh", "-c", "echo; read line"], {}),
        "has mapped": ([sys.executable, "-c", mapping, f"{point}/library.so"], {}),
        "has its root in": (
            [f"{point}/busybox", "chroot", point, "/busybox", "sh", "-c", "cd /; echo; read line"],
            {},
        ),
    }
    for how, (argv, options) in ways.items():
        with program(*argv, **options) as pid:
            found = blockers.now(lab.host, lab.sandbox("trial"))
            assert [b.pid for b in found] == [pid], (how, found)
            if how != "has its root in":  # such a process works in it and runs from it, too
                assert how in found[0].how
            refused(lab, str(pid), "root")
    assert blockers.now(lab.host, lab.sandbox("trial")) == ()
    lab.remove("trial")


@pytest.mark.only_no_udev
def test_a_program_that_has_the_device_itself_open(lab: Lab) -> None:
    box = lab.create(lab.disk("raw").origin, name="trial")
    with program("sh", "-c", f"exec 3<{node(box)}; echo; read line") as pid:
        refused(lab, str(pid), "has open")
    lab.remove("trial")


@pytest.mark.only_no_udev
@both_engines
def test_a_mount_inside_the_mount(lab: Lab, engine: str) -> None:
    box = lab.create(lab.disk().origin, name="trial", engine=engine)
    inner = Path(f"{box.mountpoint}/inner")
    inner.mkdir()
    sh("mount", "-t", "tmpfs", "tmpfs", str(inner))
    refused(lab, f"on {inner}")
    sh("umount", str(inner))
    lab.remove("trial")


@pytest.mark.only_no_udev
@both_engines
def test_a_mount_kept_in_another_namespace(lab: Lab, engine: str) -> None:
    lab.create(lab.disk().origin, name="trial", engine=engine)
    with program("unshare", "--mount", "--propagation", "private", "sh", "-c", "echo; read line"):
        refused(lab, "mount namespace of its own")
    lab.remove("trial")


@pytest.mark.only_no_udev
@both_engines
def test_a_namespace_that_follows_ours_is_not_in_the_way(lab: Lab, engine: str) -> None:
    point = Path("/tmp/shared")
    point.mkdir()
    sh("mount", "--bind", str(point), str(point))
    sh("mount", "--make-shared", str(point))
    sh("mount", "--make-shared", "/run")  # as systemd has it
    lab.create(lab.disk().origin, name="trial", mount="/tmp/shared/mnt", engine=engine)
    with program("unshare", "--mount", "--propagation", "unchanged", "sh", "-c", "echo; read line"):
        assert blockers.now(lab.host, lab.sandbox("trial")) == ()
        lab.remove("trial")
    sh("mount", "--make-private", "/run")
    sh("umount", str(point))
    point.rmdir()


def test_swap_on_it_and_a_device_on_top(lab: Lab) -> None:
    box = lab.create(lab.disk("raw").origin, name="trial")
    sh("mkswap", node(box))
    sh("swapon", node(box))
    refused(lab, "swap")
    sh("swapoff", node(box))
    sh("dmsetup", "create", "above", "--table", f"0 2048 linear {node(box)} 0")
    refused(lab, "above")
    sh("dmsetup", "remove", "--retry", "above")
    lab.remove("trial")


@pytest.mark.only_no_udev
@both_engines
def test_mounts_of_the_user_are_unmounted_too(lab: Lab, engine: str) -> None:
    box = lab.create(lab.disk().origin, name="trial", engine=engine)
    os.mkdir("/tmp/second")
    sh("mount", "--bind", str(box.mountpoint), "/tmp/second")
    lab.remove("trial")
    os.rmdir("/tmp/second")


@pytest.mark.only_no_udev
@both_engines
def test_a_loop_device_over_a_file_in_it(lab: Lab, engine: str) -> None:
    box = lab.create(lab.disk().origin, name="trial", engine=engine)
    file = f"{box.mountpoint}/inner.img"
    Path(file).write_bytes(bytes(1 << 20))
    loop = loop_over(file)
    refused(lab, loop, f"attached to {file}")
    sh("losetup", "--detach", loop)
    lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.layers
def test_a_program_in_the_layers_of_an_overlay(lab: Lab) -> None:
    """Even where the overlay itself is not mounted."""
    box = lab.create(lab.tree().origin, name="trial")
    sh("umount", str(box.mountpoint))
    for layer in ("lower", "store"):
        with program("sh", "-c", "echo; read line", cwd=f"/run/sandbox-tui/trial/{layer}") as pid:
            refused(lab, str(pid), "works in")
    lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("kind", ["nilfs2", "ntfs3"])
def test_a_daemon_that_its_own_mount_has_started(lab: Lab, kind: str) -> None:
    """umount(8) ends it. Others that have the device open are named as ever."""
    image = str(file_systems.image(kind))
    box = lab.create(image, name="trial", size="4M")
    assert box.mounts
    assert blockers.now(lab.host, box) == ()
    with program("sh", "-c", f"exec 3<{node(box)}; echo; read line") as pid:
        assert [b.pid for b in blockers.now(lab.host, box)] == [pid]
    lab.remove("trial")


@pytest.mark.only_no_udev
def test_a_swap_file_in_it_is_named(lab: Lab) -> None:
    box = lab.create(lab.disk().origin, name="trial", size="8M")
    file = f"{box.mountpoint}/swap file"
    sh("dd", "if=/dev/zero", f"of={file}", "bs=1M", "count=2")
    sh("chmod", "600", file)
    sh("mkswap", file)
    sh("swapon", file)
    with pytest.raises(Refused, match=re.escape(f"swap: is on it: swapoff '{file}'")):
        lab.remove("trial")
    sh("swapoff", file)
    lab.remove("trial")
