"""The Linux console has a font of 256 characters, code page 437; hardware terminals have ASCII.

Every character that is painted passes here: those that the terminal lacks become others of
the same width, and what has no counterpart (a label in another script) becomes `?`.
"""

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tui.backend import text

CP437 = frozenset(
    "".join(map(chr, range(32, 127)))
    + bytes(range(128, 255)).decode("cp437")
    + "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂ "
)
"""The characters of code page 437, its control positions as the console's font draws them."""

_NOT_BOLD = Style(bold=False)

# ruff: noqa: RUF001  (look-alikes are what this table is about)
_SIMPLER = {
    "╭": "┌", "╮": "┐", "╰": "└", "╯": "┘",
    "━": "─", "┃": "│", "┏": "┌", "┓": "┐", "┗": "└", "┛": "┘", "╸": "─", "╺": "─", "╶": "─", "╴": "─",
    "▏": "│", "▎": "▌", "▍": "▌", "▋": "▌", "▊": "█", "▉": "█", "▕": "│",
    "▁": "_", "▂": "▄", "▃": "▄", "▅": "▄", "▆": "█", "▇": "█", "▔": "─",
    "…": "~", "●": "•", "○": "o", "✓": "√", "✔": "√", "✗": "x", "⭘": "o", "▶": "►", "◀": "◄", "▸": "►",
    "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "×": "x", "⏎": "┘", "🔎": "  ", "⏵": "►",
    "▪": "■", "◉": "•", "−": "-", " ": " ", "␣": "_",
}  # fmt: skip
_ASCII = {
    "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+",
    "┼": "+",
    "═": "=", "║": "|", "╔": "+", "╗": "+", "╚": "+", "╝": "+", "█": "#", "▓": "#", "▒": ":", "░": ".",
    "▄": "_", "▀": "~", "▌": "#", "▐": "#", "■": "*", "•": "*", "►": ">", "◄": "<", "▲": "^", "▼": "v",
    "↑": "^", "↓": "v", "→": ">", "←": "<", "√": "+", "·": ".",
}  # fmt: skip


class _Table(dict[int, str]):
    """A table for str.translate that answers for every character, as wide as it was."""

    def __init__(self, known: frozenset[str], simpler: dict[str, str]) -> None:
        super().__init__({ord(one): other for one, other in simpler.items() if one not in known})
        self.known = known

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = character if character in self.known else "?" * text.width(character)
        return self[code]


def _ascii_table() -> _Table:
    known = frozenset(map(chr, range(32, 127)))
    simpler = {one: "".join(_ASCII.get(c, c) for c in other) for one, other in _SIMPLER.items()}
    return _Table(known, {**simpler, **_ASCII})


class GlyphFilter(LineFilter):
    """Paints with the characters that the terminal has."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.table = _ascii_table() if ascii_only else _Table(CP437, _SIMPLER)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same segments in other characters."""
        return [Segment(one.text.translate(self.table), _plain(one.style), one.control) for one in segments]


def _plain(style: Style | None) -> Style | None:
    """In reverse video the console shows bold black as grey on grey: not bold there."""
    return style + _NOT_BOLD if style is not None and style.reverse and style.bold else style
