"""Text from devices."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tui.backend.text import clean, width


@given(st.text(), st.integers(1, 40))
def test_whatever_a_device_says_is_one_line_of_bounded_width(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert width(shown) <= limit
    assert not any(unicodedata.category(c)[0] == "C" for c in shown)
    assert len(shown.splitlines()) <= 1


def test_marks_that_reorder_a_line_and_escape_codes_are_disarmed() -> None:
    assert clean("a\u202eb\x1b[31mc\u2066\r\n\t") == "a?b?[31mc????"
    assert clean("\udcff\ud800") == "??"


def test_wide_characters_count_twice() -> None:
    assert width("日本") == 4
    assert clean("日本語日本語", 5) == "日本~"
    assert clean("short", 5) == "short"
    assert clean("[red]") == "[red]"
