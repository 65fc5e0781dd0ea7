"""Snapshots of the practice host fill, overflow and break as those of the kernel do.

The numbers are those that were measured on Linux 6.1 (dm-snapshot 1.16).
"""

import pytest

from tests.unit.practice_verbs import NAME, discard, enlarge, make, same, sandbox
from tui.backend import exception_store
from tui.backend.errors import CommandFailed, PlanFailed, Refused
from tui.backend.kernel.dm_status import Health
from tui.backend.practice import PracticeHost, Traffic, demo_world, events
from tui.backend.practice.state import differences
from tui.backend.sandboxes import mounts, perform

MIB = 1 << 20
CHUNK = 4096
MOUNT = f"/run/sandbox-tui/{NAME}/mnt"


def by_hand(
    host: PracticeHost, size: int, policy: str = "PO", chunk: int = 8, limit: int | None = None
) -> None:
    """A snapshot made without the verbs, over a COW file in a tmpfs with room for `limit`."""
    host.run(["mount", "-t", "tmpfs", "-o", f"size={limit or size}", "x", "/mnt"])
    host.run(["truncate", f"--size={size}", "/mnt/cow"])
    cow = host.run(["losetup", "--find", "--show", "/mnt/cow"]).strip()
    host.run(["modprobe", "dm-snapshot"])
    table = f"0 209713152 snapshot /dev/sdb1 {cow} {policy} {chunk}"
    host.run(["dmsetup", "create", NAME, "--uuid", f"SANDBOX-{NAME}", "--table", table])


def status(host: PracticeHost) -> str:
    return host.run(["dmsetup", "status", NAME]).split("snapshot ")[1].strip()


def test_new_stores() -> None:
    host = PracticeHost()
    by_hand(host, 8 * MIB)
    assert status(host) == "16/16384 16"
    classic = PracticeHost()
    by_hand(classic, 8 * MIB, "N", 1)
    assert status(classic) == "0/16384 0"


@pytest.mark.parametrize("chunks", [2, 3, 200, 257, 258, 259, 260, 513, 514, 515, 516, 517, 2048])
def test_full_persistent_store_overflows_unless_it_ends_with_metadata(chunks: int) -> None:
    """The sizes with (n - 1) mod (E + 1) = 0 give Invalid; the tool never chooses them."""
    host = PracticeHost()
    by_hand(host, chunks * CHUNK)
    events.write(host.world, NAME, 100 * MIB)
    trapped = (chunks - 1) % (CHUNK // 16 + 1) == 0
    assert status(host) == ("Invalid" if trapped else "Overflow")
    assert trapped is (exception_store.fit(chunks * CHUNK, CHUNK, "PO") != chunks * CHUNK)


def test_exactly_full_is_not_yet_overflow() -> None:
    host = PracticeHost()
    by_hand(host, 8 * MIB)
    assert events.write(host.world, NAME, (2048 - 1 - 8) * CHUNK)
    assert status(host) == "16384/16384 72"
    assert not events.write(host.world, NAME, CHUNK)
    assert status(host) == "Overflow"


def test_full_transient_store_is_invalid() -> None:
    host = PracticeHost()
    by_hand(host, 8 * MIB, "N", 1)
    assert events.write(host.world, NAME, 8 * MIB)
    assert status(host) == "16384/16384 0"
    assert not events.write(host.world, NAME, 1)
    assert status(host) == "Invalid"


def test_cannot_overflow() -> None:
    """The size that the engine computes is enough for every chunk, and not one chunk too large."""
    for policy, chunk in (("PO", CHUNK), ("N", 512), ("PO", 65536)):
        host = PracticeHost()
        size = exception_store.cannot_overflow(209713152 * 512, chunk, policy)
        host.world.taken -= 1 << 40
        host.world.ram += 1 << 40
        by_hand(host, size, policy, chunk // 512)
        assert events.write(host.world, NAME, 200 << 30)
        assert "/" in status(host)


def test_cow_file_larger_than_its_tmpfs() -> None:
    """An I/O error of the COW device destroys the sandbox, `PO` too."""
    host = PracticeHost()
    by_hand(host, 200 * MIB, limit=20 * MIB)
    assert events.write(host.world, NAME, 19 * MIB)
    assert not events.write(host.world, NAME, 2 * MIB)
    assert status(host) == "Invalid"


def test_no_memory_left() -> None:
    host = PracticeHost()
    by_hand(host, 1 << 30)
    host.world.taken = host.world.ram - 100 * MIB
    assert not events.write(host.world, NAME, 200 * MIB)
    assert status(host) == "Invalid"


def test_overflow_is_repaired_by_a_larger_store() -> None:
    host = PracticeHost()
    by_hand(host, 8 * MIB, limit=64 * MIB)
    events.write(host.world, NAME, 100 * MIB)
    host.run(["truncate", "--size=16777216", "/mnt/cow"])
    host.run(["losetup", "--set-capacity", "/dev/loop0"])
    assert status(host) == "Overflow"
    host.run(["dmsetup", "remove", NAME])
    host.run(["dmsetup", "create", NAME, "--table", "0 209713152 snapshot /dev/sdb1 /dev/loop0 PO 8"])
    assert status(host) == "16384/32768 72"


def test_live_growth() -> None:
    host = PracticeHost()
    make(host, size="64M")
    events.write(host.world, NAME, 60 * MIB)
    enlarge(host, "128M")
    assert events.write(host.world, NAME, 60 * MIB)
    assert sandbox(host).status.health is Health.ACTIVE


def test_full_sandbox_can_be_read_and_removed() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host, size="64M")
    events.write(host.world, NAME, 65 * MIB)
    assert sandbox(host).status.health is Health.OVERFLOW
    assert host.listdir("/run/sandbox-tui/trial/mnt") == ["documents", "music", "photos"]
    discard(host)
    same(host, before)


def test_growing_repairs_a_full_sandbox() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host, size="64M")
    host.run(["touch", f"{MOUNT}/saved"])
    events.write(host.world, NAME, 65 * MIB)
    plan = enlarge(host)
    assert "in memory only and is lost" in plan.notes[-1]
    assert sandbox(host).status.health is Health.ACTIVE
    assert sandbox(host).status.total == 128 * MIB
    assert host.listdir(MOUNT) == ["documents", "music", "photos", "saved"]
    assert events.write(host.world, NAME, 10 * MIB)
    discard(host)
    same(host, before)


def test_a_full_one_with_a_store_that_is_large_enough_is_repaired() -> None:
    """Growing it failed after its store had become as large as it can be."""
    host = PracticeHost()
    make(host, origin="/home/user/images/debian-12.img", size="64M")
    events.write(host.world, NAME, 65 * MIB)
    host.fail_when(lambda argv: argv[0] == "umount", "target is busy.")
    with pytest.raises(PlanFailed, match="busy"):
        enlarge(host, "max")
    enlarge(host, "max")
    assert sandbox(host).status.health is Health.ACTIVE


def test_who_uses_a_full_sandbox_is_named_before_it_grows() -> None:
    host = PracticeHost()
    make(host, size="64M")
    events.write(host.world, NAME, 65 * MIB)
    pid = events.start(host.world, "bash", "works in", MOUNT)
    before = host.snapshot()
    with pytest.raises(Refused, match=f"process {pid} "):
        enlarge(host)
    assert differences(before, host.snapshot()) == []


def test_a_bind_mount_of_a_part_is_named_before_a_full_sandbox_grows() -> None:
    host = PracticeHost()
    make(host, size="64M")
    events.write(host.world, NAME, 65 * MIB)
    host.run(["mount", "--bind", f"{MOUNT}/music", "/mnt"])
    with pytest.raises(Refused, match="umount -- /mnt"):
        enlarge(host)


def test_a_full_sandbox_is_seen_read_only() -> None:
    host = PracticeHost()
    make(host, size="64M")
    events.write(host.world, NAME, 65 * MIB)
    lost = perform.perform(host, lambda found: mounts.prepare_unmount(host, found, NAME)).notes
    assert "it is lost" in lost[0]
    seen = perform.perform(host, lambda found: mounts.prepare_mount(host, found, NAME, None)).notes
    assert "read-only" in seen[0]
    assert "ro" in sandbox(host).mounts[0].options.split(",")
    enlarge(host)
    assert "rw" in sandbox(host).mounts[0].options.split(",")


def test_one_without_a_record_says_what_can_be_done() -> None:
    host = PracticeHost()
    make(host, size="64M")
    events.write(host.world, NAME, 65 * MIB)
    host.run(["rm", "--force", "/run/sandbox-tui/trial/sandbox.json"])
    assert "copy what you need from" in sandbox(host).gauge.advice
    with pytest.raises(Refused, match="record"):
        enlarge(host)


def test_broken_sandbox_can_be_removed() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host, size="64M", classic=True)
    events.write(host.world, NAME, 65 * MIB)
    assert sandbox(host).status.health is Health.INVALID
    with pytest.raises(Refused, match="BROKEN"):
        enlarge(host)
    discard(host)
    same(host, before)


def test_paused_sandbox_is_removed() -> None:
    host = PracticeHost()
    before = host.snapshot()
    make(host)
    host.run(["dmsetup", "suspend", "--noflush", "--nolockfs", NAME])
    assert sandbox(host).map is not None
    discard(host)
    same(host, before)


def test_kernel_says_why() -> None:
    host = PracticeHost()
    host.run(["modprobe", "dm-snapshot"])
    with host.kernel_messages() as messages:
        with pytest.raises(CommandFailed, match=r"reload ioctl on x .*Device or resource busy"):
            host.run(["dmsetup", "create", "x", "--table", "0 8 snapshot /dev/sda2 /dev/sda3 PO 8"])
        assert messages() == ["device-mapper: table: 253:1: snapshot: Cannot get origin device (-EBUSY)"]
    assert host.world.map("x") is None


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("0 8 snapshot /dev/sdz /dev/sdb1 PO 8", "Cannot get origin device"),
        ("0 8 snapshot /dev/sdb1 /dev/sdz PO 8", "Cannot get COW device"),
        ("0 8 snapshot /dev/sdb1 /dev/sdb1 PO 7", "Chunk size is not a power of 2"),
        ("0 8 snapshot /dev/sr0 /dev/sdb1 PO 1", "Chunk size is not a multiple of device blocksize"),
        ("0 8 snapshot /dev/sda /dev/sdb1 PO 8", "Cannot get origin device"),
        ("0 8 linear /dev/nvme0n1 0", "Device lookup failed"),
    ],
)
def test_tables_the_kernel_refuses(table: str, words: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    with host.kernel_messages() as messages, pytest.raises(CommandFailed):
        host.run(["dmsetup", "create", "x", "--table", table])
    assert words in messages()[0]
    assert host.snapshot() == before


def test_traffic_moves_gauges_by_time_alone() -> None:
    def fill(*steps: float) -> list[int | None]:
        host = PracticeHost(traffic=Traffic())
        make(host, size="1G")
        make(host, origin="/dev/sdb1", name="other", no_mount=True)
        found = []
        for seconds in steps:
            host.time.advance(seconds)
            found.append(sandbox(host).status.used)
        assert sandbox(host, "other").status.used == 2 * CHUNK
        return found

    assert fill(30, 30) == fill(30, 30)
    assert fill(60)[0] == pytest.approx(fill(*[1] * 60)[-1], rel=0.01)
    used = [amount for amount in fill(*[10] * 30) if amount is not None]
    assert used == sorted(used)
    assert used[0] < used[-1]


def test_traffic_waits_for_a_paused_sandbox() -> None:
    host = PracticeHost(traffic=Traffic())
    make(host)
    host.run(["dmsetup", "suspend", "--noflush", "--nolockfs", NAME])
    used = sandbox(host).status.used
    host.time.advance(600)
    assert sandbox(host).status.used == used
    host.run(["dmsetup", "resume", NAME])
    host.time.advance(600)
    assert sandbox(host).status.used != used


def test_without_snapshot_target() -> None:
    world = demo_world()
    world.installed.discard("dm_snapshot")
    host = PracticeHost(world)
    before = host.snapshot()
    with pytest.raises(Refused, match="the kernel has no dm-snapshot"):
        make(host, engine="snapshot")
    same(host, before)
