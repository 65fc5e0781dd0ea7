"""Sizes as typed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend import sizes
from tui.backend.errors import UsageError
from tui.backend.sizes import SizeRequest

GIB = 1 << 30


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512M", 512 << 20),
        ("1GiB", GIB),
        ("1g", GIB),
        ("1.5K", 1536),
        (" 64 MiB ", 64 << 20),
        ("4096", 4096),
        ("4096B", 4096),
        ("2T", 2 << 40),
    ],
)
def test_absolute_sizes_are_binary(text: str, size: int) -> None:
    assert sizes.parse(text).in_bytes(origin=1, ram=1, maximum=1) == size


@pytest.mark.parametrize(
    ("text", "size"), [("10%origin", 100), ("25 % RAM", 500), ("max", 77), ("MAX", 77), ("0.1%origin", 1)]
)
def test_relative_sizes(text: str, size: int) -> None:
    assert sizes.parse(text).in_bytes(origin=1000, ram=2000, maximum=77) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "+1M",
        "1e99",
        "12XB",
        "0M",
        "0%ram",
        "10%",
        "10%disk",
        "NaN",
        "inf",
        "٣M",
        "1 2M",
        "9" * 40,
        "9999999P",
        "%ram",
        "0x10",
    ],
)
def test_what_is_no_size_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        sizes.parse(text)
    assert "512M" in refusal.value.hint


@given(st.text(max_size=30))
def test_any_text_is_a_size_or_a_usage_error(text: str) -> None:
    try:
        request = sizes.parse(text)
    except UsageError:
        return
    assert request.unit in {"bytes", "%origin", "%ram", "max"}
    assert request.unit == "max" or request.amount > 0


@given(st.integers(1, 2**62), st.sampled_from(["", "B"]))
def test_whole_bytes_come_back(size: int, unit: str) -> None:
    if size < 10**15:
        assert sizes.parse_bytes(f"{size}{unit}") == size


@given(st.decimals(Decimal("0.01"), 100, places=2), st.integers(1, 2**60))
def test_a_percentage_never_exceeds_the_whole(percent: Decimal, whole: int) -> None:
    assert 0 <= SizeRequest(percent, "%ram").in_bytes(origin=0, ram=whole, maximum=0) <= whole


def test_people_read_binary_units_and_unknown() -> None:
    assert sizes.show(GIB) == "1.0 GiB"
    assert sizes.show(None) == "unknown"
