"""Which engine a sandbox has is asked by the engines alone, and by what finds and chooses them."""

import ast
from pathlib import Path

import pytest

from tests.architecture.test_doors import FILES, name
from tui.backend import stores
from tui.backend.engine_names import OVERLAY, SNAPSHOT
from tui.backend.sandboxes import engines

KNOWING = {
    "tui/backend/engine_names.py": "their names",
    "tui/backend/sandboxes/choice.py": "chooses one",
    "tui/backend/sandboxes/survey.py": "reads what the chosen one needs",
    "tui/backend/inventory/sandboxes.py": "finds out which one a sandbox has",
    "tui/backend/gauge.py": "reads what the kernel says of each",
    "tui/backend/doctor.py": "tells of each whether it works",
    "tui/backend/present/show.py": "says where each has its changes",
}


@pytest.mark.parametrize("file", [file for file in FILES if "/practice/" not in name(file)], ids=name)
def test_nobody_else_asks(file: Path) -> None:
    if name(file) in KNOWING or "/sandboxes/engines/" in name(file):
        return
    for node in ast.walk(ast.parse(file.read_text())):
        assert not (isinstance(node, ast.Name) and node.id in ("OVERLAY", "SNAPSHOT")), node.lineno
        if isinstance(node, ast.Compare) and "engine" in ast.unparse(node):
            words = {found.value for found in ast.walk(node) if isinstance(found, ast.Constant)}
            assert not words & {OVERLAY, SNAPSHOT}, node.lineno


def test_all_have_all() -> None:
    assert set(engines.ENGINES) == {SNAPSHOT, OVERLAY}
    wanted = {found for found in vars(engines.Engine) if not found.startswith("_")}
    assert len(wanted) >= 10
    for engine in engines.ENGINES.values():
        assert wanted | {"how", "bounded"} == set(engine.__all__)  # type: ignore[attr-defined]


def test_all_stores_have_all() -> None:
    wanted = {found for found in vars(stores.Store) if not found.startswith("_")}
    assert len(wanted) >= 4
    for store in stores.STORES.values():
        assert wanted | {"title", "gives_back"} <= set(vars(store))
