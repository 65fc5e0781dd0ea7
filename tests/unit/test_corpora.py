"""Each reader of texts gives what was recorded of real ones, and reads any damaged one without failing.

SANDBOX_TUI_RECORD=1 writes the values again; they are to be looked at before they are kept.
"""

from __future__ import annotations

import os
import pprint
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpora import readers

RECORDED = Path(readers.__file__).parent / "recorded"
TEXTS = sorted(RECORDED.glob("*/*.txt"))


def text_of(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "surrogateescape")


def values(file: Path) -> str:
    found = [(read.__name__, _plain(read(text_of(file)))) for read in readers.READERS[file.parent.name]]
    return pprint.pformat(found, width=110) + "\n"


def _plain(value: object) -> object:
    """Sets have no order of their own."""
    return sorted(value) if isinstance(value, set | frozenset) else value


def test_each_reader_has_texts() -> None:
    assert {file.parent.name for file in TEXTS} == set(readers.READERS)


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_real_text_means_what_it_meant(file: Path) -> None:
    kept = file.with_suffix(".value")
    found = values(file)
    if os.environ.get("SANDBOX_TUI_RECORD"):
        kept.write_bytes(found.encode("utf-8", "backslashreplace"))
    assert found.encode("utf-8", "backslashreplace") == kept.read_bytes()


@pytest.mark.parametrize("reader", readers.READERS)
@given(data=st.data())
def test_a_damaged_text_is_read_without_failing(reader: str, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([text_of(file) for file in TEXTS if file.parent.name == reader]))
    text = data.draw(damaged(whole))
    for read in readers.READERS[reader]:
        first = read(text)
        assert read(text) == first  # and it keeps nothing


@st.composite
def damaged(draw: st.DrawFn, whole: str) -> str:
    """A piece of it is missing, something else stands there, and a part of it comes twice."""
    start, end, again, at = sorted(draw(st.integers(0, len(whole))) for _ in range(4))
    put = draw(st.one_of(st.text(max_size=20), st.sampled_from(["\n", " ", "\\", "\\134", "-", "1" * 5000])))
    return whole[:start] + put + whole[end:again] + whole[end:at] + whole[again:]
