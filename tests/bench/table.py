"""What was measured, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("what", "measured", "reach", "verdict")


@dataclass(frozen=True)
class Row:
    """One number and how far it must reach. `least` turns the reach round: as much, or more.

    `unit` follows the number; `detail` says what the number was made from.
    """

    what: str
    measured: float
    reach: float
    unit: str = "x"
    least: bool = False
    detail: str = ""

    @property
    def reached(self) -> bool:
        """Whether the number is good enough."""
        return self.measured >= self.reach if self.least else self.measured <= self.reach

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        sign = ">=" if self.least else "<="
        verdict = "reached" if self.reached else "MISSED"
        measured = f"{number(self.measured)}{self.unit}"
        return (self.what, measured, f"{sign} {number(self.reach)}{self.unit}", verdict)


def number(value: float) -> str:
    """Whole numbers without a point, others with three digits that mean something."""
    if value == int(value):
        return str(int(value))
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def table(rows: Sequence[Row]) -> str:
    """The rows in columns, each with its detail below it."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = [_line(HEAD, widths), "  ".join("-" * width for width in widths)]
    for row in rows:
        text.append(_line(row.cells(), widths))
        text += [f"    {row.detail}"] if row.detail else []
    return "\n".join(text)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
