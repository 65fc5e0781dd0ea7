"""`watch` on the practice host."""

import pytest

from tests.unit.command_line import NAME, CommandLine
from tui.__main__ import main
from tui.backend.practice import PracticeHost
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

    watch(host, (NAME,), wait)
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
