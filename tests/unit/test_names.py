"""Sandbox names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend import names
from tui.backend.errors import UsageError


@pytest.mark.parametrize("name", ["a", "data-trial", "sda1", "x.y_z+1", "A" * 64])
def test_good_names(name: str) -> None:
    assert names.check(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 65,
        "x" * 200,
        "../x",
        "a b",
        "-rf",
        "a\nb",
        "a\n",
        ".lock",
        "a/b",
        "a:b",
        "ä",
        "control",
        "a\0",
    ],
)
def test_bad_names_are_refused_with_the_rule(name: str) -> None:
    with pytest.raises(UsageError) as refusal:
        names.check(name)
    assert "letters" in refusal.value.hint


@given(st.text(max_size=80), st.sets(st.sampled_from(["disk-sandbox", "disk-sandbox-2", "sda1-sandbox"])))
def test_a_suggestion_is_a_good_free_name(origin: str, taken: set[str]) -> None:
    name = names.suggest(origin, frozenset(taken))
    assert names.check(name) == name
    assert name not in taken


@given(st.text(max_size=70))
def test_whatever_passes_is_harmless_everywhere(text: str) -> None:
    try:
        names.check(text)
    except UsageError:
        return
    assert re.fullmatch(r"[A-Za-z0-9][-A-Za-z0-9_.+]{0,63}", text)
