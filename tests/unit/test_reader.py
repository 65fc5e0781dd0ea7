"""Successive readings: what cannot have changed is not read again, what has changed is always seen."""

from tests.unit.practice_verbs import NAME, discard, enlarge, make
from tui.backend import paths
from tui.backend.inventory import parts, sandboxes
from tui.backend.practice import PracticeHost, events, tree


class NumberedHost(PracticeHost):
    """A practice machine that numbers its device events, as kernels do, by its commands."""

    def __init__(self) -> None:
        super().__init__()
        self.looked: list[str] = []

    def read(self, path: str) -> str:
        """With a note of what was read."""
        self.looked.append(path)
        if path == parts._EVENTS:
            quiet = (("dmsetup", "status"), ("dmsetup", "suspend"))
            changes = [call for call in self.calls if call[:2] not in quiet]
            return f"{len(changes)}\n"
        return super().read(path)


def test_a_quiet_tick_reads_four_files() -> None:
    host = NumberedHost()
    make(host)
    reader = sandboxes.Reader(host)
    first = reader.read()
    host.looked.clear()
    host.calls.clear()
    reader.read()
    host.looked.clear()
    assert reader.read() == first
    record = paths.of(NAME, paths.RECORD)
    assert host.looked == [parts._EVENTS, "/proc/self/mountinfo", "/sys/block/dm-1/dm/suspended", record]
    assert {call[0] for call in host.calls} == {"dmsetup"}


def test_every_reading_is_as_a_fresh_one() -> None:
    host = NumberedHost()
    reader = sandboxes.Reader(host)
    for change in (
        lambda: make(host),
        lambda: events.write(host.world, NAME, 1 << 20),
        lambda: enlarge(host),
        lambda: tree.write(host.world, paths.of(NAME, f"{paths.BUSY}grow"), ""),
        lambda: tree.unlink(host.world, paths.of(NAME, f"{paths.BUSY}grow")),
        lambda: host.run(["dmsetup", "suspend", NAME]),
        lambda: host.run(["dmsetup", "resume", NAME]),
        lambda: tree.write(host.world, paths.of(NAME, paths.RECORD), "{}"),
        lambda: discard(host),
    ):
        change()
        assert reader.read() == sandboxes.read(host)
        assert reader.read() == sandboxes.read(host)


def test_a_machine_that_numbers_nothing_is_read_every_time() -> None:
    host = PracticeHost()
    reader = sandboxes.Reader(host)
    assert parts.mark(host) is None
    make(host)
    assert [sandbox.name for sandbox in reader.read()] == [NAME]
    discard(host)
    assert reader.read() == ()
