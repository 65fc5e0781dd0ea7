"""modules.dep and modules.builtin of a kernel's modules (format: modules.dep(5))."""

from tui.backend.kernel.text import fields, lines


def parse(text: str) -> dict[str, tuple[str, ...]]:
    """Each file and the files that it needs."""
    parts = (line.partition(":") for line in lines(text) if ":" in line)
    return {path: tuple(fields(needs)) for path, _colon, needs in parts}
