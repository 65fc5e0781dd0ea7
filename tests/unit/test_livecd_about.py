"""about.json: what is written is read, and what others write does no harm."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.errors import Refused
from tui.backend.livecd import about
from tui.backend.livecd.about import About

ABOUT = About(
    version="0.2.0",
    label="TRIAL",
    way="dm",
    size="25%ram",
    format="squashfs",
    image="root.squashfs",
    image_size=300 << 20,
    image_sha256="ab" * 32,
    kernel="6.1.0-28-amd64",
    init="/sbin/init",
    epoch=1_700_000_000,
    uuid="2026-11-23-12-00-00-00",
)


def test_keys_are_those_of_the_contract() -> None:
    keys = "version label way size format image image_size image_sha256 kernel init epoch uuid"
    assert list(json.loads(ABOUT.text())) == keys.split()


@pytest.mark.parametrize("value", [ABOUT, replace(ABOUT, size=None), About()])
def test_round(value: About) -> None:
    assert about.parse(value.text()) == value


def test_the_text_is_the_same_each_time() -> None:
    assert ABOUT.text() == replace(ABOUT).text()
    assert ABOUT.text().endswith("}\n")


def test_other_keys_and_kinds_are_passed_over() -> None:
    strange = {"label": "TRIAL", "way": 3, "image_size": "many", "epoch": True, "size": 5, "new": [1]}
    assert about.parse(json.dumps(strange)) == About(label="TRIAL")


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '"about"', "\x00\x01", "[" * 100_000])
def test_no_object(text: str) -> None:
    with pytest.raises(Refused, match=r"about\.json"):
        about.parse(text)


@given(
    st.dictionaries(
        st.sampled_from([field.name for field in fields(About)]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
    )
)
def test_any_values_are_kept_or_passed_over(values: dict[str, object]) -> None:
    found = about.parse(json.dumps(values))
    assert about.parse(found.text()) == found
    for field in fields(About):
        assert getattr(found, field.name) in (values.get(field.name), field.default)
