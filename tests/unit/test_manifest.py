"""Names in the proof of a directory."""

import pytest

from tui.backend.sandboxes import manifest

FACTS = "644 0:0 1 5 1.0 1.0"


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (f"f {FACTS} plain\t", "plain"),
        (f"f {FACTS} a\tb\t", "a\tb"),
        (f"\tf {FACTS} of the second\t", "of the second"),
        (f"l {FACTS} link\tits target", "link"),
        (f"d {FACTS} \t", ""),
        (f"f {FACTS} ends with a tab\t\t", "ends with a tab\t"),
    ],
)
def test_a_path_is_read_out_of_an_entry(entry: str, path: str) -> None:
    assert manifest.difference(f"{entry}\0").paths == (path,)
