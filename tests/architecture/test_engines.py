"""Which engine or store a sandbox has is asked by those themselves alone."""

import ast
from pathlib import Path

import pytest

from tests.architecture.test_doors import FILES, name
from tui.backend import stores
from tui.backend.inventory import engines as readings
from tui.backend.sandboxes import engines
from tui.backend.stores import STORES

PLACES = ("/inventory/engines/", "/sandboxes/engines/", "/stores/", "/practice/", "/livecd/")
NAMES = {*engines.ENGINES, *STORES}


def _is_packed(node: ast.AST) -> bool:
    """Whether a node takes the module of one engine or store."""
    if isinstance(node, ast.Import):
        return any(_names_one(alias.name.rpartition(".")[0], alias.name) for alias in node.names)
    if not isinstance(node, ast.ImportFrom):
        return False
    module = node.module or ""
    return any(_names_one(module, f"{module}.{alias.name}") for alias in node.names)


def _names_one(module: str, whole: str) -> bool:
    return module.endswith(("inventory.engines", "sandboxes.engines", "backend.stores")) and (
        whole.rpartition(".")[2] in NAMES
    )


@pytest.mark.parametrize(
    "file", [file for file in FILES if not any(place in name(file) for place in PLACES)], ids=name
)
def test_nobody_else_asks(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        assert not _is_packed(node), node.lineno  # type: ignore[attr-defined]
        if isinstance(node, ast.Compare) and any(word in ast.unparse(node) for word in ("engine", "store")):
            words = {found.value for found in ast.walk(node) if isinstance(found, ast.Constant)}
            assert not words & NAMES, node.lineno


def test_all_have_all() -> None:
    assert [*engines.ENGINES] == [*readings.ENGINES] == ["snapshot", "overlay"]
    wanted = {found for found in vars(engines.Engine) if not found.startswith("_")}
    assert len(wanted) >= 10
    for engine in engines.ENGINES.values():
        assert wanted | {"name", "unit", "needs", "bounded", "replays"} == set(engine.__all__)  # type: ignore[attr-defined]
    wanted = {found for found in vars(readings.Engine) if not found.startswith("_")}
    assert len(wanted) >= 6
    for reading in readings.ENGINES.values():
        assert wanted | {"name", "modules", "once"} <= set(vars(reading))


def test_all_stores_have_all() -> None:
    wanted = {found for found in vars(stores.Store) if not found.startswith("_")}
    assert len(wanted) >= 4
    for store in STORES.values():
        assert wanted | {"name", "title", "modules"} <= set(vars(store))
