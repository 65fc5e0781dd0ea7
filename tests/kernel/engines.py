"""Tests that are the same whatever a sandbox is made of."""

import pytest

OVERLAY = pytest.param("overlay", marks=pytest.mark.layers)
OVERLAY_HERE = pytest.param("overlay", marks=[pytest.mark.layers, pytest.mark.only_layers_here])
both_engines = pytest.mark.parametrize("engine", ["auto", OVERLAY])
"""For tests that are the same whatever a sandbox is made of; `auto` is the snapshot in the guest."""
