"""How much is tried: a small share chosen at random in a run of `.ci/test`, all of it in `.ci/soak`.

The one place that reads SANDBOX_TUI_SOAK (1: all) and SANDBOX_TUI_SEED (what the choice is made from; a
new one each time where it is not given). Every run ends with the seed that repeats it. A pytest plugin:
both pytest.ini load it, so that workers and guests choose the same.
"""

from __future__ import annotations

import os
import random
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

import pytest

_Case = TypeVar("_Case")
ALL = os.environ.get("SANDBOX_TUI_SOAK") == "1"
SEED = int(os.environ.setdefault("SANDBOX_TUI_SEED", str(random.randrange(1 << 32))))


def settings() -> dict[str, str]:
    """The environment of another process that shall choose the same."""
    return {"SANDBOX_TUI_SOAK": str(int(ALL)), "SANDBOX_TUI_SEED": str(SEED)}


def share(cases: Sequence[_Case], few: int, of: str) -> list[_Case]:
    """`few` of the cases, in their order; in a soak all. `of` names the choice: each name has its own."""
    chosen = range(len(cases)) if ALL else sorted(_dice(of).sample(range(len(cases)), min(few, len(cases))))
    return [cases[number] for number in chosen]


def cells(every: Iterable[Sequence[str]], chosen: Collection[Sequence[str]]) -> list[Any]:
    """The cells of a matrix as parameters of a test: in a soak all, else those that were chosen for good."""
    known = [tuple(cell) for cell in every]
    assert set(chosen) <= set(known)
    return [pytest.param(*cell, id="-".join(cell)) for cell in known if ALL or cell in chosen]


def seeds(few: int, many: int, of: str) -> list[int]:
    """`few` new seeds for a test that goes by dice of its own; in a soak `many`."""
    dice = _dice(of)
    return [dice.randrange(1 << 16) for _ in range(many if ALL else few)]


def times(few: int, many: int) -> int:
    """How often something is done: `few` times, in a soak `many`."""
    return many if ALL else few


def _dice(of: str) -> random.Random:
    return random.Random(f"{SEED} {of}")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """In a soak the examples of Hypothesis, where that is loaded, come from the same seed."""
    config.addinivalue_line("markers", "soak: there is more of it in a soak (set by tests/soak.py itself)")
    if getattr(config.option, "hypothesis_seed", "") is None:
        config.option.hypothesis_seed = str(SEED)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `-m soak` chooses: properties, and what takes its size from here."""
    for item in items:
        test = getattr(item, "obj", None)
        if getattr(test, "is_hypothesis_test", False) or "soak" in vars(getattr(item, "module", item)):
            item.add_marker("soak")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What repeats this run."""
    size = "all of it" if ALL else "a share"
    terminalreporter.write_line(f"chosen by SANDBOX_TUI_SEED={SEED} ({size}); the same value repeats it")
