"""What could keep a verb waiting for ever: a suspended origin, a frozen file system, a shell that is deaf."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kernel.lab import PLACE, Lab, sh, state
from tests.patience import PATIENCE, until
from tui.backend import inventory, run, waiting
from tui.backend.errors import CommandFailed, NoAnswer, PlanFailed, Refused
from tui.backend.execute import Event, Phase
from tui.backend.inventory import blockers
from tui.backend.sandboxes import mounts, perform, remove


@contextmanager
def suspended(device: str) -> Iterator[str]:
    """A map over a device that answers nothing."""
    size = sh("blockdev", "--getsz", device).strip()
    dmsetup = ("env", "DM_DISABLE_UDEV=1", "dmsetup")
    sh(*dmsetup, "create", "asleep", "--table", f"0 {size} linear {device} 0")
    sh(*dmsetup, "suspend", "asleep")
    try:
        yield "/dev/mapper/asleep"
    finally:
        sh(*dmsetup, "resume", "asleep")
        sh(*dmsetup, "remove", "--retry", "asleep")


@pytest.mark.only_no_udev
def test_a_suspended_origin_is_given_up_and_others_are_not_kept_waiting(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = lab.disk()
    monkeypatch.setattr(waiting, "PATIENCE", 0.5)
    with suspended(disk.device) as origin:
        before = state()
        with pytest.raises(CommandFailed):
            run.run(["dd", f"if={origin}", "of=/dev/null", "iflag=direct", "bs=4096", "count=1"], timeout=1)
        assert state() == before
        lab.create(lab.disk("ext4-1k").origin, name="trial")
        lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_is_heard_while_a_suspended_origin_is_looked_at(lab: Lab, number: signal.Signals) -> None:
    disk = lab.disk()
    with suspended(disk.device) as origin:
        process = subprocess.Popen(
            [sys.executable, "-m", "tui", "create", origin, "--name", "trial"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for_child(process.pid, "blkid")
        process.send_signal(number)
        _out, words = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1, words
    assert lab.sandboxes() == ()


def wait_for_child(pid: int, program: str) -> None:
    # one may have ended just now, of which ps makes a failure
    words = ("ps", "-o", "comm=", "--ppid", str(pid))
    until(
        lambda: program in subprocess.run(words, capture_output=True, text=True, check=False).stdout,
        f"a child {program}",
    )


@pytest.mark.only_no_udev
@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs"])
def test_a_frozen_file_system_is_recognised(lab: Lab, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unmounting it would leave it in the kernel, with the device, where nobody can thaw it."""
    monkeypatch.setattr(waiting, "PATIENCE", 1.0)
    box = lab.create(lab.disk(kind).origin, name="trial", size="64M")
    point = str(box.mountpoint)
    Path(point, "work").write_text("done")
    assert blockers.now(lab.host, box) == ()
    sh("fsfreeze", "--freeze", point)
    try:
        for look in (remove.prepare, mounts.prepare_unmount):
            names = ("trial",) if look is remove.prepare else "trial"
            with pytest.raises(Refused, match="fsfreeze --unfreeze") as refusal:
                look(lab.host, inventory.read(lab.host), names)  # type: ignore[arg-type]
            assert point in refusal.value.message
        waiting_for_it = [entry for entry in run._left_behind.values() if entry.poll() is None]
        assert len(waiting_for_it) <= 1, "a crowd of programs"
    finally:
        sh("fsfreeze", "--unfreeze", point)
    for process in waiting_for_it:
        process.wait(PATIENCE)
    assert Path(point, "work").read_text() == "done"
    assert sorted(set(os.listdir(point)) - {"lost+found"}) == ["work"]
    assert blockers.now(lab.host, lab.sandbox("trial")) == ()
    lab.remove("trial")


@pytest.mark.only_no_udev
def test_a_step_that_is_stuck_is_left_behind_named_and_undone(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be written to a frozen file system: a program there is in uninterruptible sleep."""
    monkeypatch.setattr(waiting, "PATIENCE", 1.0)
    box = lab.create(lab.disk().origin, name="trial", size="8M")
    point = str(box.mountpoint)
    sh("fsfreeze", "--freeze", point)
    try:
        with pytest.raises(NoAnswer, match="left behind as process") as caught:
            run.run(["mkdir", f"{point}/new"], timeout=0.5)
        assert caught.value.left is not None
        assert Path(f"/proc/{caught.value.left}/comm").read_text() == "mkdir\n"
    finally:
        sh("fsfreeze", "--unfreeze", point)
    run._left_behind[("mkdir", f"{point}/new")].wait(PATIENCE)
    lab.remove("trial")


def read_until(terminal: int, words: bytes) -> None:
    said = b""
    while words not in said:
        said += os.read(terminal, 100)


@pytest.mark.only_no_udev
def test_an_interactive_shell_is_deaf_to_term_and_not_to_a_hang_up(lab: Lab) -> None:
    """What the refusal says of it, and the screen offers."""
    point = str(lab.create(lab.disk().origin, name="trial").mountpoint)
    master, slave = os.openpty()
    shell = subprocess.Popen(
        ["bash", "--norc", "-i"], cwd=point, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    read_until(master, b"# ")  # on its way there it loses signals
    with pytest.raises(Refused, match=str(shell.pid)) as refusal:
        lab.remove("trial")
    assert "kill -HUP" in refusal.value.hint
    os.kill(shell.pid, signal.SIGTERM)
    os.write(master, b"echo still a''live\n")
    read_until(master, b"still alive")
    os.kill(shell.pid, signal.SIGHUP)
    assert shell.wait(PATIENCE) == -signal.SIGHUP
    os.close(master)
    lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("origin", ["device", "image"])
@pytest.mark.parametrize("engine", ["snapshot", "overlay"])
def test_loop_devices_that_lost_their_path_with_their_namespace(lab: Lab, engine: str, origin: str) -> None:
    """The mount namespace ended, and with it the mounts that their files are on: they keep the RAM."""
    disk = lab.disk(attach=origin == "device")
    before = state()
    words = ["create", disk.origin, "--name", "trial", "--size", "8M", "--engine", engine]
    sh("unshare", "--mount", "--propagation", "private", sys.executable, "-m", "tui", *words)
    loops = set(sh("losetup", "--list", "--noheadings", "--output", "NAME").split())
    assert engine == "overlay" or len(loops) > bool(disk.device)
    lab.recover()
    for box in lab.sandboxes():
        lab.remove(box.name)
    after = state()
    assert after == before
    assert not list(PLACE.glob("trial*"))


@contextmanager
def without_udevd() -> Iterator[None]:
    """udevd has died (the memory killer took it); what it left says that it runs."""
    sh("pkill", "-KILL", "-x", "systemd-udevd")
    while subprocess.run(["pgrep", "-x", "systemd-udevd"], capture_output=True, check=False).returncode == 0:
        time.sleep(0.1)
    try:
        assert os.path.exists("/run/udev/control")
        yield
    finally:
        sh("/usr/lib/systemd/systemd-udevd", "--daemon")
        sh("udevadm", "trigger", "--subsystem-match=block")
        sh("udevadm", "settle")


def test_a_udevd_that_has_died_is_not_waited_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "IDLE", PATIENCE)  # who waits for it is never given up
    disk = lab.disk()
    sh("udevadm", "settle")
    before = state()
    with without_udevd():
        lab.create(disk.origin, name="trial")
        lab.remove("trial")
    assert state() == before


def test_a_udevd_that_dies_during_a_step_is_not_waited_for_for_ever(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dmsetup has done its work then, and waits for a word that never comes."""
    disk = lab.disk()
    sh("udevadm", "settle")
    before = state()
    lab.create(disk.origin, name="trial")
    monkeypatch.setattr(waiting, "IDLE", 10.0)

    def kill(event: Event) -> None:
        if event.step.title.startswith("Remove the map") and event.phase is Phase.STARTED:
            sh("pkill", "-KILL", "-x", "systemd-udevd")

    with pytest.raises(PlanFailed, match="has done nothing for") as failure:
        perform.perform(lab.host, lambda now: remove.prepare(lab.host, now, ("trial",)).plan, listener=kill)
    assert "recover" in failure.value.hint
    lab.recover()
    sh("/usr/lib/systemd/systemd-udevd", "--daemon")
    sh("udevadm", "trigger", "--subsystem-match=block")
    sh("udevadm", "settle")
    assert state() == before
