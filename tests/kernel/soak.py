"""Long matrices: all of their cells in a soak, a few that were chosen else."""

import os
from collections.abc import Collection, Iterable, Sequence

import pytest
from _pytest.mark import ParameterSet


def cells(every: Iterable[Sequence[str]], chosen: Collection[Sequence[str]]) -> list[ParameterSet]:
    """The cells to be tried, for `parametrize`: every one where SANDBOX_TUI_SOAK is 1."""
    known = [tuple(cell) for cell in every]
    assert set(chosen) <= set(known)
    soaked = os.environ.get("SANDBOX_TUI_SOAK") == "1"
    return [pytest.param(*cell, id="-".join(cell)) for cell in known if soaked or cell in chosen]
