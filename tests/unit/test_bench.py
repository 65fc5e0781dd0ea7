"""The benchmark can be started, and its table tells what it should. Measuring is its own command."""

import pytest

from tests.bench.__main__ import ROWS, main, module
from tests.bench.table import Row, table


@pytest.mark.parametrize("name", ROWS)
def test_every_row_can_be_taken(name: str) -> None:
    assert {"here", "guest"} & set(dir(module(name)))


def test_a_row_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "reached"),
    [
        (Row("a", 1.5, 1.5), True),
        (Row("a", 1.501, 1.5), False),
        (Row("a", 3, 3, least=True), True),
        (Row("a", 2.99, 3, least=True), False),
        (Row("a", 0, 0, unit=""), True),
    ],
)
def test_reach(row: Row, reached: bool) -> None:
    assert row.reached is reached


def test_the_table() -> None:
    rows = [Row("ticks", 1.25, 1.5, detail="40 times"), Row("speed", 2, 3, least=True)]
    assert table(rows).splitlines() == [
        "what   measured  reach      verdict",
        "-----  --------  ---------  -------",
        "ticks  1.250x    <= 1.500x  reached",
        "    40 times",
        "speed  2x        >= 3x      MISSED",
    ]
