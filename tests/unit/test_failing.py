"""Disks with sectors that cannot be read: how that is known, and what is done."""

import pytest

from tests.unit.practice_verbs import discard, make, same, sandbox
from tui.backend.errors import UsageError
from tui.backend.kernel import kmsg
from tui.backend.kernel.kmsg import read_errors
from tui.backend.practice import PracticeHost

LINES = {
    "critical medium error, dev sdb, sector 5120 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2": {
        "sdb"
    },
    "blk_update_request: critical medium error, dev sdb, sector 5120": {"sdb"},
    "I/O error, dev nvme0n1, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2": {"nvme0n1"},
    "I/O error, dev sdb, sector 8 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 2": set(),
    "critical target error, dev sdb, sector 0 op 0x9:(WRITE_ZEROES) flags 0x0": set(),
    "Buffer I/O error on dev sdb1, logical block 3, async page read": {"sdb1"},
    "Buffer I/O error on dev dm-0, logical block 3, lost async page write": set(),
    "Buffer I/O error on device sdb1, logical block 3": set(),
    "sd 2:0:0:0: [sdb] Attached SCSI disk": set(),
    "critical medium[875]: segfault at 8 in critical medium error, dev sdb, sector 1 op 0x0:[40": set(),
}


def test_what_programs_write_into_the_log_is_not_the_kernels() -> None:
    said = "critical medium error, dev sdb, sector 1 op 0x0:(READ)"
    assert kmsg.record(f"3,109,10840000,-;{said}") == said
    assert kmsg.record(f"12,109,10840000,-;{said}") is None
    assert kmsg.record(said) is None


@pytest.mark.parametrize("line", LINES)
def test_reads_that_failed_are_known_by_the_log(line: str) -> None:
    assert read_errors(f"usb 1-1: new device\n{line}\nEXT4-fs (sda1): mounted") == LINES[line]


@pytest.mark.parametrize(
    ("device", "chunk"), [("sdb", 512), ("sdb1", 512), ("sda", 4096), ("sdb11", 4096), ("db1", 4096)]
)
def test_chunks_are_a_sector_where_the_disk_is_known_to_fail(device: str, chunk: int) -> None:
    """The disk's own log counts, that of its parts and that of what they are parts of."""
    host = PracticeHost()
    before = host.snapshot()
    host.world.log.append(f"I/O error, dev {device}, sector 8 op 0x0:(READ) flags 0x0")
    plan = make(host)
    noted = sandbox(host).record
    assert noted is not None
    assert noted.chunk == chunk
    assert any("cannot be read" in note for note in plan.notes) == (chunk == 512)
    discard(host)
    same(host, before)


def test_it_can_be_said_of_any_origin() -> None:
    host = PracticeHost()
    plan = make(host, failing=True)
    noted = sandbox(host).record
    assert noted is not None
    assert noted.chunk == 512
    assert "said to be failing" in " ".join(plan.notes)
    with pytest.raises(UsageError, match="512 bytes"):
        make(host, name="other", failing=True, chunk=4096)


def test_a_chunk_that_is_asked_for_is_warned_of() -> None:
    host = PracticeHost()
    host.world.log.append("critical medium error, dev sdb, sector 8 op 0x0:(READ) flags 0x0")
    assert "Leave out --chunk" in " ".join(make(host, chunk=65536).notes)
