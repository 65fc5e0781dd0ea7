"""An origin with a sector that cannot be read."""

import errno
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.kernel.lab import MIB, Lab, node, sh
from tui.backend.errors import UsageError
from tui.backend.gauge import State
from tui.backend.kernel.dm_status import Health

SECTOR = 512
BAD = 203
"""The sector that cannot be read: the fourth of its chunk of eight."""


@contextmanager
def dust(lab: Lab) -> Iterator[str]:
    """A disk with a bad sector, as one that nobody has read yet."""
    disk = lab.disk("raw")
    sh("modprobe", "dm-dust")
    sh("dmsetup", "create", "labdust", "--table", f"0 {8 * MIB // SECTOR} dust {disk.device} 0 {SECTOR}")
    sh("dmsetup", "mknodes", "labdust")
    sh("dmsetup", "message", "labdust", "0", "addbadblock", str(BAD))
    sh("dmsetup", "message", "labdust", "0", "enable")
    sh("dmesg", "--clear")
    digest = disk.digest()
    try:
        yield "/dev/mapper/labdust"
    finally:
        sh("dmsetup", "remove", "--retry", "labdust")
        sh("dmsetup", "mknodes", "labdust")
    assert disk.digest() == digest


def write(device: str, sector: int) -> int:
    """Write one sector past the page cache; the errno, 0 for none."""
    page = mmap.mmap(-1, mmap.PAGESIZE)
    page[:SECTOR] = os.urandom(SECTOR)
    descriptor = os.open(device, os.O_WRONLY | os.O_DIRECT)
    try:
        os.pwritev(descriptor, [memoryview(page)[:SECTOR]], sector * SECTOR)
    except OSError as error:
        return error.errno or -1
    finally:
        os.close(descriptor)
    return 0


def read(device: str, sector: int) -> int:
    """Read one sector; the errno, 0 for none."""
    descriptor = os.open(device, os.O_RDONLY)
    try:
        os.pread(descriptor, SECTOR, sector * SECTOR)
    except OSError as error:
        return error.errno or -1
    finally:
        os.close(descriptor)
    return 0


@pytest.mark.only_no_udev
@pytest.mark.only_uml
def test_a_write_beside_a_bad_sector_breaks_large_chunks(lab: Lab) -> None:
    """The kernel reads the rest of the chunk from the origin, and cannot."""
    with dust(lab) as origin:
        box = lab.create(origin, name="trial", size="4M")
        assert write(node(box), BAD + 1) == errno.EIO
        assert lab.gauge("trial").state is State.BROKEN
        lab.remove("trial")


@pytest.mark.only_no_udev
@pytest.mark.only_uml
@pytest.mark.parametrize("known", ["said", "seen"])
def test_chunks_of_one_sector_are_safe_from_it(lab: Lab, known: str) -> None:
    with dust(lab) as origin:
        if known == "seen":
            assert read(origin, BAD) == errno.EIO
        request = lab.request(origin, name="trial", size="4M", failing=known == "said")
        notes = " ".join(lab.make(request).notes)
        box = lab.sandbox("trial")
        assert ("said to be failing" if known == "said" else "log has reads of dm-") in notes
        assert box.record is not None
        assert box.record.chunk == SECTOR
        assert read(node(box), BAD) == errno.EIO
        for sector in (BAD + 1, BAD - 1, BAD):
            assert write(node(box), sector) == 0
        assert read(node(box), BAD) == 0
        assert lab.sandbox("trial").status.health is Health.ACTIVE
        assert lab.remove("trial").counters_same


@pytest.mark.only_no_udev
@pytest.mark.only_uml
def test_a_chunk_that_is_asked_for_is_warned_of(lab: Lab) -> None:
    with dust(lab) as origin:
        with pytest.raises(UsageError, match="one sector"):
            lab.create(origin, name="trial", size="4M", failing=True, chunk=4096)
        read(origin, BAD)
        notes = " ".join(lab.make(lab.request(origin, name="trial", size="4M", chunk=4096)).notes)
        assert "makes the whole sandbox BROKEN" in notes
        lab.remove("trial")
