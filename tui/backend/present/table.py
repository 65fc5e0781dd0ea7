"""What people see of a reading: a table, or facts below each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a header; `right` are the numbers of the right-aligned columns. `empty` is what to say where
    there are no rows.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values; `note` is what to say beside them, empty for nothing."""

    facts: tuple[tuple[str, str], ...]
    note: str = ""
