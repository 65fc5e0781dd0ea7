"""`livecd write` on real loop devices: all of it arrives, nothing else is touched, and what is cut
short does not look whole.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.livecd import small_iso
from tui.backend import execute, inventory
from tui.backend.command import command
from tui.backend.errors import CommandFailed, PlanFailed, Refused
from tui.backend.execute import Event, Phase
from tui.backend.livecd import qemu, write
from tui.backend.livecd.qemu import Machine
from tui.backend.livecd.write import Prepared, WriteRequest
from tui.backend.machine import RealHost
from tui.backend.plan import Plan, Step

MIB = 1 << 20
SIZE = 40 * MIB
Attach = Callable[..., str]


def run(*words: str | Path) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def digest(path: str | Path, count: int = -1) -> str:
    with Path(path).open("rb") as file:
        return hashlib.sha256(file.read(count)).hexdigest()


def signature(path: str) -> str:
    """What blkid recognises, empty for nothing."""
    words = ["blkid", "--probe", path]
    return subprocess.run(words, check=False, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def iso(tmp_path_factory: pytest.TempPathFactory) -> Path:
    script = "say ready, tmpfs, 512 KiB for changes\n" + small_iso.WAIT
    return small_iso.make(tmp_path_factory.mktemp("iso"), script)


@pytest.fixture
def attach(tmp_path: Path) -> Iterator[Attach]:
    """Loop devices, by default over a new 40 MiB file, that go away at the end."""
    devices: list[str] = []

    def make(*options: str, file: Path | None = None, size: int = SIZE) -> str:
        if file is None:
            file = tmp_path / f"disk-{len(devices)}"
            with file.open("wb") as made:
                made.truncate(size)
        devices.append(run("losetup", "--find", "--show", *options, file))
        return devices[-1]

    yield make
    for device in reversed(devices):
        subprocess.run(["losetup", "--detach", device], check=False)


def partition(device: str, table: str) -> None:
    """Make partitions, and tell the kernel, which may not know how to read the table itself."""
    subprocess.run(["sfdisk", "--quiet", device], input=table, text=True, check=True)
    if not Path(f"{device}p1").exists():
        run("partx", "--add", device)


def prepare(iso: Path, device: str) -> Prepared:
    return write.prepare(RealHost(), WriteRequest(str(iso), device))


def livecd_write(iso: Path, device: str, *options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "tui", "livecd", "write", str(iso), device, *options]
    return subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def with_step(plan: Plan, before: str, *argv: str) -> Plan:
    """The plan with something happening before the step whose command has this word."""
    at = next(n for n, step in enumerate(plan.steps) if before in step.command.argv)
    steps = (*plan.steps[:at], Step("Something happens", command(*argv)), *plan.steps[at:])
    return replace(plan, steps=steps, commit=(plan.commit or 0) + 1)


def test_it_arrives_and_the_iso_is_intact(iso: Path, attach: Attach) -> None:
    device = attach("--partscan")
    before, size = digest(iso), iso.stat().st_size
    said = livecd_write(iso, device, "--yes", device)
    assert said.returncode == 0, said.stderr
    assert digest(iso) == before == digest(device, size)
    assert 'LABEL="SMALL"' in signature(device)
    assert run("partx", "--show", "--noheadings", "--output", "NR", device).split()


def test_what_was_written_boots(iso: Path, attach: Attach, tmp_path: Path) -> None:
    device = attach()
    execute.run(prepare(iso, device).plan, RealHost())
    stick = Machine(str(tmp_path / "disk-0"), usb=True, accelerator="tcg")
    assert qemu.boot(RealHost(), stick).ready.way == "tmpfs"


def test_what_was_on_it_is_gone_to_the_last_sector(iso: Path, attach: Attach) -> None:
    """The copy of a GPT at the end of a disk would be taken for a damaged one."""
    device = attach("--partscan")
    partition(device, "label: gpt\n,20M\n,,\n")
    run("mkfs.ext4", "-q", "-L", "OLD", f"{device}p1")
    prepared = prepare(iso, device)
    assert [line.split()[-1] for line in prepared.target.contents] == ["“OLD”", "known"]
    execute.run(prepared.plan, RealHost())
    assert b"EFI PART" not in Path(device).read_bytes()[-1 * MIB :]
    assert "OLD" not in run("lsblk", "-nro", "LABEL", device)


def test_the_script_does_the_same(iso: Path, attach: Attach) -> None:
    device = attach()
    script = livecd_write(iso, device, "--dry-run")
    assert script.returncode == 0, script.stderr
    assert not signature(device)
    subprocess.run(["sh", "-s"], input=script.stdout, text=True, check=True, capture_output=True)
    assert digest(device, iso.stat().st_size) == digest(iso)


def test_one_wrong_byte_is_noticed(iso: Path, attach: Attach) -> None:
    device = attach()
    spoil = ("dd", "if=/dev/urandom", f"of={device}", "bs=1", "count=4", "seek=9000000", "conv=notrunc,fsync")
    plan = with_step(prepare(iso, device).plan, "--flushbufs", *spoil)
    with pytest.raises(PlanFailed, match="differ: byte 9000001") as caught:
        execute.run(plan, RealHost())
    assert "does not boot" in caught.value.hint
    assert not signature(device)


def test_a_disk_that_fails_half_way(iso: Path, attach: Attach, tmp_path: Path) -> None:
    """A disk that claims more than it has."""
    small = tmp_path / "small"
    small.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=6M", "small", small)
    try:
        (small / "disk").touch()
        os.truncate(small / "disk", SIZE)
        device = attach(file=small / "disk")
        said = livecd_write(iso, device, "--yes", device)
        assert said.returncode == 1
        assert "dd: fsync failed" in said.stderr or "dd: error writing" in said.stderr, said.stderr
        assert f"What was on {device} is lost, and it does not boot now." in said.stderr
        assert "undone" not in said.stderr
        assert not signature(device)
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)
        run("umount", small)


def test_killed_in_the_middle(iso: Path, attach: Attach) -> None:
    device = attach()
    run("mkfs.ext4", "-q", "-L", "OLD", device)
    steps = prepare(iso, device).plan.steps
    head = next(n for n, step in enumerate(steps) if "count=1" in step.command.argv)
    for step in steps[:head]:
        RealHost().run(step.command.resolve({}))
    assert not signature(device)


def test_stopped_in_the_middle(iso: Path, attach: Attach) -> None:
    """A signal is looked at whenever dd says something, and twice a second."""
    device = attach()
    writing: list[Event] = []

    def listen(event: Event) -> None:
        if event.phase is Phase.STARTED and "skip=1" in event.step.command.argv:
            writing.append(event)

    with pytest.raises(PlanFailed, match="Stopped, as asked") as caught:
        execute.run(prepare(iso, device).plan, RealHost(), listen, lambda: bool(writing))
    assert "does not boot" in caught.value.hint
    assert not signature(device)


def writing(plan: Plan) -> list[Step]:
    """The steps that change the disk."""
    return [step for step in plan.steps if {"wipefs", "dd"} & set(step.command.argv) and step.expect is None][
        1:
    ]


def test_a_disk_that_is_pulled_out(iso: Path, attach: Attach, tmp_path: Path) -> None:
    """No file takes its name: that would fill /dev."""
    device = attach()
    plan = prepare(iso, device).plan
    gone = str(tmp_path / "sdz")
    for step in writing(plan):
        argv = [gone if word == device else word for word in step.command.resolve({})]
        argv = [word.replace(f"of={device}", f"of={gone}") for word in argv]
        for left in (None, b"", bytes(MIB)):  # nothing, or a plain file
            if left is not None:
                Path(gone).write_bytes(left)
            with pytest.raises(CommandFailed, match=r"No such file|not a block device"):
                RealHost().run(argv)
            assert (Path(gone).read_bytes() if left is not None else None) == left
            assert Path(gone).exists() is (left is not None)
        Path(gone).unlink()


def test_another_disk_takes_its_name_half_way(iso: Path, attach: Attach, tmp_path: Path) -> None:
    """Between two steps: neither they nor what takes them back touch that one."""
    device = attach()
    other = tmp_path / "other"
    other.write_bytes(b"thesis" * MIB)
    before = digest(other)
    swap = ("sh", "-c", f"losetup --detach {device} && losetup {device} {other}")
    for word in ("wipefs", "skip=1", "count=1"):
        plan = prepare(iso, device).plan
        at = plan.steps.index(next(step for step in writing(plan) if word in step.command.argv))
        happens = Step("Another disk comes", command(*swap))
        steps = (*plan.steps[:at], happens, *plan.steps[at:])
        with pytest.raises(PlanFailed, match="another disk now"):
            execute.run(replace(plan, steps=steps, commit=(plan.commit or 0) + 1), RealHost())
        assert digest(other) == before
        run("losetup", "--detach", device)
        run("losetup", device, tmp_path / "disk-0")


def mount_part(device: str, place: Path) -> None:
    run("mkfs.ext4", "-q", device)
    place.mkdir()
    run("mount", device, place)


def test_mounted(iso: Path, attach: Attach, tmp_path: Path) -> None:
    device = attach()
    mount_part(device, tmp_path / "mnt")
    try:
        said = livecd_write(iso, device, "--yes", device)
        assert (said.returncode, said.stdout) == (3, "")
        assert "mounted on" in said.stderr
    finally:
        run("umount", tmp_path / "mnt")


def test_mounted_at_the_last_moment(iso: Path, attach: Attach, tmp_path: Path) -> None:
    """Between planning and writing, a part of it: the kernel gives the disk to nobody then."""
    device = attach("--partscan")
    partition(device, "label: gpt\n,,\n")
    plan = prepare(iso, device).plan
    mount_part(f"{device}p1", tmp_path / "mnt")
    try:
        before = digest(device)
        with pytest.raises(PlanFailed, match="busy") as caught:
            execute.run(plan, RealHost())
        assert caught.value.undone
        assert digest(device) == before
    finally:
        run("umount", tmp_path / "mnt")


def test_held_by_another_loop(iso: Path, attach: Attach) -> None:
    device = attach()
    over = attach(file=Path(device))
    with pytest.raises(Refused, match="attached to"):
        prepare(iso, device)
    with pytest.raises(Refused, match=f"a loop device over {device}"):
        prepare(iso, over)


def test_its_file_is_held(iso: Path, attach: Attach, tmp_path: Path) -> None:
    """By another loop device, under another name; by a program, such as a virtual machine."""
    file = tmp_path / "file"
    file.write_bytes(bytes(SIZE))
    device = attach(file=file)
    with file.open("rb") as held:
        holder = subprocess.Popen(["sleep", "infinity"], stdin=held)
        try:
            with pytest.raises(Refused, match=f"process {holder.pid} sleep"):
                prepare(iso, device)
        finally:
            holder.kill()
            holder.wait()
    prepare(iso, device)
    os.link(file, tmp_path / "link")
    other = attach(file=tmp_path / "link")
    with pytest.raises(Refused, match=f"attached to {other} too"):
        prepare(iso, device)


def test_open_in_a_program(iso: Path, attach: Attach) -> None:
    device = attach()
    with Path(device).open("rb") as held:
        holder = subprocess.Popen(["sleep", "infinity"], stdin=held)
        try:
            with pytest.raises(Refused, match=f"process {holder.pid} sleep has open"):
                prepare(iso, device)
        finally:
            holder.kill()
            holder.wait()


def test_too_small_and_read_only(iso: Path, attach: Attach) -> None:
    with pytest.raises(Refused, match="do not fit"):
        prepare(iso, attach(size=4 * MIB))
    with pytest.raises(Refused, match="read-only"):
        prepare(iso, attach("--read-only"))


def test_the_iso_itself(iso: Path, attach: Attach, tmp_path: Path) -> None:
    before = digest(iso)
    link = tmp_path / "link"
    os.link(iso, link)
    with pytest.raises(Refused, match="itself"):
        prepare(iso, attach(file=link))
    assert digest(iso) == before


def test_the_disk_of_this_system_is_never_ready(iso: Path) -> None:
    """Whatever is mounted on this machine is refused."""
    host = RealHost()
    used = [device for device in inventory.read(host).devices if device.mounts and not device.file]
    for device in used:
        with pytest.raises(Refused):
            prepare(iso, device.path)
