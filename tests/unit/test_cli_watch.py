"""`watch` on the practice host."""

import sys
from pathlib import Path

import pytest

from tests.unit.command_line import NAME, CommandLine
from tui.__main__ import main
from tui.backend.errors import ExitCode
from tui.backend.gauge import Gauge, State
from tui.backend.inventory import sandboxes
from tui.backend.practice import PracticeHost
from tui.backend.verbs.watch import WatchRequest, fill, growth, reached, words
from tui.cli.watch import watch

pytestmark = pytest.mark.usefixtures("engine")


def test_it_prints_changes_with_rate_and_forecast_and_the_end(
    capsys: pytest.CaptureFixture[str], engine: str
) -> None:
    host = PracticeHost()
    CommandLine(host, capsys).make()
    capsys.readouterr()
    ticks = iter(range(5))

    def wait() -> None:
        host.time.advance(2)
        match next(ticks):
            case 1 | 2:
                place = f"of=/run/sandbox-tui/{NAME}/mnt/f{host.time():.0f}"
                host.run(["dd", "if=/dev/urandom", place, "bs=1M", "count=16"])
            case 4:
                main(["remove", NAME], host)

    watch(host, WatchRequest((NAME,)), wait)
    lines = [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()]
    lines.remove(
        f"{NAME} is removed. /dev/sdb1 is untouched: nothing was written to it.".split(maxsplit=1)[1]
    )
    assert [line.split()[:2] for line in lines] == [
        [NAME, "0%"],
        [NAME, "6%"],
        [NAME, "12%"],
        [NAME, "removed"],
    ]
    assert "/s" in lines[2]
    assert "full in " in lines[2]


class Filling:
    """Between two readings 15 MiB are written into a sandbox, `writes` times; it ends after `rounds`."""

    def __init__(self, host: PracticeHost, rounds: int = 8, writes: int = 99) -> None:
        self.host, self.left, self.writes = host, rounds, writes

    def __call__(self) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        self.host.time.advance(2)
        place = f"of=/run/sandbox-tui/{NAME}/mnt/f{self.left}"
        self.writes -= 1
        if self.writes >= 0:
            self.host.run(["dd", "if=/dev/urandom", place, "bs=1M", "count=15"])


def filling(capsys: pytest.CaptureFixture[str], size: str = "64M") -> PracticeHost:
    host = PracticeHost()
    CommandLine(host, capsys).make("--size", size)
    capsys.readouterr()
    return host


def test_it_ends_with_its_own_status_when_one_is_so_full(capsys: pytest.CaptureFixture[str]) -> None:
    host = filling(capsys)
    assert watch(host, WatchRequest((NAME,), until=0.6), Filling(host)) is ExitCode.REACHED
    assert int(capsys.readouterr().out.splitlines()[-1].split()[2].rstrip("%")) >= 60


def test_its_command_gets_the_name_last_and_no_shell_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host, told = filling(capsys), tmp_path / "told"
    script = f"import sys; open({str(told)!r}, 'a').write(' '.join(sys.argv[1:]))"
    command = words(f'{sys.executable} -c "{script}" "$(id); full:"')
    assert watch(host, WatchRequest(until=0.6, command=command), Filling(host)) is ExitCode.REACHED
    assert told.read_text() == f"$(id); full: {NAME}"


@pytest.mark.parametrize(("program", "words"), [("false", "exit status 1"), ("/no/such/program", "No such")])
def test_a_command_that_fails_is_said_and_changes_no_status(
    program: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    host = filling(capsys)
    assert watch(host, WatchRequest(until=0.6, command=(program,)), Filling(host)) is ExitCode.REACHED
    said = capsys.readouterr().err
    assert f"sandbox-tui: {program} {NAME}: " in said
    assert words in said


def test_it_grows_one_before_it_is_full_as_far_as_it_may(capsys: pytest.CaptureFixture[str]) -> None:
    host = filling(capsys)
    with pytest.raises(KeyboardInterrupt):
        watch(host, WatchRequest((NAME,), until=0.6, grow_by=64 << 20, up_to=512 << 20), Filling(host))
    [sandbox] = sandboxes.read(host)
    assert sandbox.gauge.total == 192 << 20
    assert sandbox.gauge.state is State.OK

    request = WatchRequest((NAME,), until=0.6, grow_by=64 << 20, up_to=200 << 20)
    assert watch(host, request, Filling(host, rounds=20)) is ExitCode.REACHED
    [sandbox] = sandboxes.read(host)
    assert sandbox.gauge.total == 200 << 20


def test_growth_that_is_refused_is_said_once_and_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    host = filling(capsys)
    host.world.taken = host.world.ram - (128 << 20)
    with pytest.raises(KeyboardInterrupt):
        watch(host, WatchRequest((NAME,), grow_by=64 << 20, up_to=512 << 20), Filling(host, writes=4))
    said = capsys.readouterr().err
    assert said.count("sandbox-tui: ") == 1


@pytest.mark.parametrize(
    ("state", "used", "wanted"),
    [
        (State.NEARLY_FULL, 95, 150),
        (State.FULL, 100, None),
        (State.BROKEN, None, None),
        (State.UNKNOWN, None, None),
    ],
)
def test_what_a_gauge_is_grown_to(state: State, used: int | None, wanted: int | None) -> None:
    assert growth(Gauge(state, used, 100), 50, 1000) == wanted
    assert growth(Gauge(state, used, 100), 50, 100) is None
    assert growth(Gauge(State.OK, 50, 100), 500, 120) == 120
    assert reached(Gauge(state, used, 100), 0.9) is (state is not State.UNKNOWN)


def test_what_cannot_overflow_reaches_no_fill() -> None:
    assert not reached(Gauge(State.OK, 95, 100), 0.9)
    assert reached(Gauge(State.OK, 50, 100), 0.4)
    assert not reached(Gauge(State.FILLING, 80, 100), 0.9)


@pytest.mark.parametrize(
    "argv",
    [
        ["--until", "0"],
        ["--until", "101%"],
        ["--until", "nan"],
        ["--exec", "true"],
        ["--until", "90%", "--exec", ""],
        ["--until", "90%", "--exec", "'"],
        ["--until", "90%", "--exec", "no-such-program-here"],
        ["--grow-by", "1M"],
        ["--up-to", "1M"],
        ["--grow-by", "-1M", "--up-to", "1M"],
    ],
)
def test_options_that_make_no_sense(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", *argv], PracticeHost()) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith(("sandbox-tui: ", "usage: "))


def test_only_root_grows(capsys: pytest.CaptureFixture[str]) -> None:
    host = PracticeHost()
    host.world.root = False
    assert main(["watch", "--grow-by", "1M", "--up-to", "2M"], host) == ExitCode.NEEDS_ROOT
    assert "sudo" in capsys.readouterr().err


def test_a_fill_is_typed_with_or_without_its_sign() -> None:
    assert fill("90%") == fill("90") == 0.9
