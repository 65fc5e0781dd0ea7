"""`livecd`: its own verbs, one module each."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from tui.backend.host import Host


def run(options: argparse.Namespace, host: Host) -> int:
    """Run the verb after `livecd`."""
    module = importlib.import_module(f"tui.cli.livecd.{options.livecd_verb}")
    status: int = module.run(options, host)
    return status
