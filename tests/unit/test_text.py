"""Text from devices."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tui.backend.text import clean, portable, width


@given(st.text(), st.integers(1, 40))
def test_whatever_a_device_says_is_one_line_of_bounded_width(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert width(shown) <= limit
    assert not any(unicodedata.category(c)[0] == "C" for c in shown)
    assert len(shown.splitlines()) <= 1


def test_marks_that_reorder_a_line_and_escape_codes_are_disarmed() -> None:
    assert clean("a\u202eb\x1b[31mc\u2066\r\n\t") == "a?b?[31mc????"
    assert clean("\udcff\ud800") == "??"


def test_heaps_of_marks_are_cut() -> None:
    """A letter may have some; a heap of them would cover the lines above and below."""
    assert clean("e\u0301 a\u0328\u0301") == "e\u0301 a\u0328\u0301"
    heap = clean("a" + "\u0336\u0489" * 50)
    assert heap.startswith("a\u0336\u0489\u0336\u0489?")
    assert clean("\u0301a") == "?a"
    assert width("a\u20dd") == 1


@given(st.text(st.characters(codec=None)))
def test_json_gets_text_that_can_be_written(text: str) -> None:
    portable(text).encode()
    data = text.encode(errors="replace")
    assert portable(data.decode()) == data.decode()


def test_bytes_that_are_no_text_can_be_told_in_json() -> None:
    name = b"caf\xe9 \xf0\x9f\x98\x80".decode(errors="surrogateescape")
    assert portable(name) == "caf\\xe9 \U0001f600"
    assert portable("\ud800") == "\ufffd"


def test_wide_characters_count_twice() -> None:
    assert width("日本") == 4
    assert clean("日本語日本語", 5) == "日本~"
    assert clean("short", 5) == "short"
    assert clean("[red]") == "[red]"
