"""`livecd`: one module for each action, imported only when it is used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from tui.backend.host import Host


def run(options: argparse.Namespace, host: Host) -> int:
    """Carry out one action."""
    status: int = importlib.import_module(f"tui.cli.livecd.{options.action}").run(options, host)
    return status
