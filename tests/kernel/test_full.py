"""A store that is used up."""

import errno
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.engines import OVERLAY, both_engines
from tests.kernel.lab import MIB, Lab, node, sh
from tests.patience import PATIENCE, until
from tui.backend.errors import Refused
from tui.backend.gauge import State


def overfill(device: str, size: int) -> int:
    """Write random bytes over a device; the errno that ends it, 0 for none."""
    descriptor = os.open(device, os.O_WRONLY | os.O_CREAT)
    try:
        left = os.urandom(size)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError as error:
        return error.errno or -1
    finally:
        os.close(descriptor)
    return 0


@pytest.mark.only_no_udev
def test_full_can_still_be_read_and_removed(lab: Lab) -> None:
    disk = lab.disk("raw")
    digest = disk.digest()
    box = lab.create(disk.origin, name="trial", size="2M")
    first = os.urandom(MIB)
    with open(node(box), "r+b") as device:
        device.write(first)
        device.flush()
        os.fsync(device.fileno())
    assert overfill(node(box), 4 * MIB) == errno.EIO
    assert lab.gauge("trial").state is State.FULL
    assert "Grow it" in lab.gauge("trial").advice
    sh("dd", f"if={node(box)}", "of=/dev/null", "bs=1M")
    assert lab.remove("trial").counters_same
    assert disk.digest() == digest


@pytest.mark.only_no_udev
def test_a_full_classic_one_is_broken_and_can_be_removed(lab: Lab) -> None:
    disk = lab.disk("raw")
    digest = disk.digest()
    box = lab.create(disk.origin, name="trial", size="1M", classic=True)
    assert overfill(node(box), 4 * MIB) == errno.EIO
    assert lab.gauge("trial").state is State.BROKEN
    with pytest.raises(Refused, match="gone"):
        lab.grow("trial", "+4M")
    assert lab.remove("trial").counters_same
    assert disk.digest() == digest


@both_engines
def test_a_full_mounted_one_can_be_removed(lab: Lab, engine: str) -> None:
    disk = lab.disk("ext4")
    digest = disk.digest()
    box = lab.create(disk.origin, name="trial", size="1M", engine=engine)
    short = errno.ENOSPC if box.engine == "overlay" else errno.EIO
    assert overfill(f"{box.mountpoint}/big", 4 * MIB) == short
    assert lab.gauge("trial").state is State.FULL
    lab.remove("trial")
    assert disk.digest() == digest


@pytest.mark.only_no_udev
def test_one_that_cannot_overflow_does_not(lab: Lab) -> None:
    disk = lab.disk("raw")
    ways: list[dict[str, Any]] = [{}, {"chunk": 16384}, {"chunk": 512}, {"classic": True}]
    for options in ways:
        box = lab.create(disk.origin, name="trial", size="max", **options)
        assert overfill(node(box), 8 * MIB) == 0
        assert lab.gauge("trial").state is State.OK
        assert (lab.gauge("trial").fill or 0) > 0.9
        lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("chunk", [512, 4096, 65536])
def test_no_size_falls_into_the_boundary_trap(lab: Lab, chunk: int) -> None:
    """Where the store ends with a metadata chunk the kernel says Invalid in place of Overflow."""
    disk = lab.disk("raw")
    area = chunk * (chunk // 16 + 1) + chunk
    for size in (area, 2 * area):
        if size > 4 * MIB:
            continue
        box = lab.create(disk.origin, name="trial", size=str(size), chunk=chunk)
        assert overfill(node(box), 8 * MIB) == errno.EIO
        assert lab.gauge("trial").state is State.FULL
        lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.parametrize("way", ["tmpfs", "ramdisk", OVERLAY])
def test_growing_while_programs_write(lab: Lab, way: str) -> None:
    """One rewrites what it has all the time, one adds to its file between all the steps."""
    kind = {"engine": way} if way == "overlay" else {"store": way}
    disk = lab.disk("ext4" if way == "overlay" else "vfat")
    box = lab.create(disk.origin, name="trial", size="8M", **kind)
    again = (
        f"while :; do dd if=/dev/urandom of={box.mountpoint}/again bs=64K count=16 conv=notrunc,fsync; done"
    )
    rewriter = subprocess.Popen(["sh", "-c", again], stderr=subprocess.DEVNULL, start_new_session=True)
    data = os.urandom(128 << 10)
    with open(f"{box.mountpoint}/more", "wb", buffering=0) as file:

        def write() -> None:
            file.write(data)
            os.fsync(file.fileno())

        for size in ("12M", "+16M"):
            lab.grow("trial", size, listener=lambda _event: write())
        for _ in range(100):
            write()
        written = file.tell()
    assert rewriter.poll() is None
    os.killpg(rewriter.pid, signal.SIGKILL)
    rewriter.wait()
    with open(f"{box.mountpoint}/more", "rb") as copy:
        assert copy.read() == data * (written // len(data))
    reading = lab.gauge("trial")
    assert reading.total == 28 << 20
    assert reading.used is not None
    assert written > 12 << 20
    assert reading.state in (State.OK, State.FILLING)
    lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.layers
@pytest.mark.parametrize("kind", ["ext4", "directory"])
def test_a_full_overlay_goes_on_when_it_is_grown(lab: Lab, kind: str) -> None:
    """Nothing breaks: programs are told, the rest can be read, and there is room again."""
    origin = lab.origin(kind)
    digest = origin.digest()
    box = lab.create(origin.origin, name="trial", size="2M", engine="overlay")
    kept = os.urandom(MIB)
    Path(f"{box.mountpoint}/kept").write_bytes(kept)
    assert overfill(f"{box.mountpoint}/big", 4 * MIB) == errno.ENOSPC
    assert lab.gauge("trial").state is State.FULL
    assert "Grow it" in lab.gauge("trial").advice
    assert Path(f"{box.mountpoint}/kept").read_bytes() == kept
    lab.grow("trial", "8M")
    assert overfill(f"{box.mountpoint}/big", 4 * MIB) == 0
    assert lab.gauge("trial").state is State.OK
    lab.remove("trial")
    assert origin.digest() == digest


@pytest.mark.only_no_udev
@pytest.mark.layers
def test_files_can_run_out_before_bytes_do(lab: Lab) -> None:
    box = lab.create(lab.tree().origin, name="trial", size="1M")
    made = subprocess.run(
        ["touch", *map(str, range(2000))], cwd=box.mountpoint, check=False, capture_output=True
    )
    assert b"No space left" in made.stderr
    reading = lab.gauge("trial")
    assert reading.state is State.FULL
    assert reading.amount == "1,024 of 1,024 files"
    assert reading.used is not None
    assert reading.used < MIB / 2
    lab.grow("trial", "+15M")
    Path(f"{box.mountpoint}/one-more").touch()
    assert lab.gauge("trial").state is State.OK
    lab.remove("trial")


@pytest.mark.only_no_udev
def test_waiting_writers_do_not_hang_the_removal(lab: Lab) -> None:
    """Somebody paused the device (dmsetup suspend): removal wakes it first."""
    disk = lab.disk("ext4")
    lab.create(disk.origin, name="trial")
    sh("dmsetup", "suspend", "trial")
    watchdog = subprocess.Popen(["sh", "-c", "sleep 1800; dmsetup resume trial"], start_new_session=True)
    lab.remove("trial")
    assert watchdog.poll() is None, "the removal has hung"
    os.killpg(watchdog.pid, signal.SIGKILL)
    watchdog.wait()


def wait_until_full(lab: Lab) -> None:
    """What is in memory is written back some time: it is this that meets the end of the store."""

    def full() -> bool:
        subprocess.run(["sync"], check=False, timeout=PATIENCE)
        return lab.gauge("trial").state is State.FULL

    until(full, "the end of the store")


def readable(path: Path, data: bytes) -> bool:
    """Whether a file can be read, all of it, as it was written; not from memory."""
    Path("/proc/sys/vm/drop_caches").write_text("3")
    try:
        return path.read_bytes() == data
    except OSError:
        return False


@pytest.mark.only_no_udev
def test_a_broken_one_is_not_said_to_be_there(lab: Lab) -> None:
    box = lab.create(lab.disk().origin, name="trial", size="1M", classic=True)
    sh("dd", "if=/dev/urandom", f"of={box.mountpoint}/x", "bs=1M", "count=4", "oflag=append", "conv=notrunc")
    subprocess.run(["sync", "--file-system", str(box.mountpoint)], check=False)
    until(lambda: lab.gauge("trial").state is State.BROKEN, "it to be BROKEN")
    lab.unmount("trial")
    with pytest.raises(Refused, match="is BROKEN: its contents are gone"):
        lab.mount("trial")
    lab.remove("trial")
