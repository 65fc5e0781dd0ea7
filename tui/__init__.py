"""sandbox-tui: a writable copy of a read-only disk whose changes live in RAM."""

__version__ = "0.1.1"
