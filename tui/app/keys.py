"""Keys of the user's choice: `keys.toml` with lines like `remove = "d"`."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tui.screens import commands


def file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the keys are: $XDG_CONFIG_HOME/sandbox-tui/keys.toml, usually below ~/.config."""
    base = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/root")) / ".config"
    return Path(base) / "sandbox-tui" / "keys.toml"


def read(path: Path) -> tuple[dict[str, str], str]:
    """The keys by command id, and what is wrong with the file (empty: nothing, or no file)."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, f"{path}: {error}"
    known = {command.id for command in (*commands.COMMANDS, *commands.GLOBAL)}
    strange = sorted(
        name for name, key in data.items() if name not in known or not isinstance(key, str) or not key
    )
    keys = {name: key for name, key in data.items() if name not in strange}
    return keys, f"{path}: no command has the name {', '.join(strange)}." if strange else ""
