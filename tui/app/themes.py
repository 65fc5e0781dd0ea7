"""Colours. Two themes of our own for terminals with many colours, two for those with 16."""

from textual.theme import BUILTIN_THEMES, Theme

from tui.app.terminal import Look

_VARIABLES_DARK = {
    "muted": "#8b97a3",
    "frame": "#3a4550",
    "frame-focus": "#7cb7d8",
    "rows-cursor-foreground": "#0f1419",
    "rows-cursor-background": "#e2b86b",
    "footer-background": "#182028",
    "footer-key-foreground": "#e2b86b",
    "footer-description-foreground": "#c3ccd5",
    "input-cursor-background": "#e2b86b",
    "input-cursor-foreground": "#0f1419",
    "scrollbar": "#3a4550",
    "scrollbar-background": "#141a20",
    "scrollbar-hover": "#56636f",
    "scrollbar-active": "#7cb7d8",
}
_VARIABLES_LIGHT = {
    "muted": "#5d6670",
    "frame": "#b9b19f",
    "frame-focus": "#1f6a94",
    "rows-cursor-foreground": "#fdfaf3",
    "rows-cursor-background": "#1f5f85",
    "footer-background": "#e9e1d0",
    "footer-key-foreground": "#8a4b00",
    "footer-description-foreground": "#33302a",
    "input-cursor-background": "#1f5f85",
    "input-cursor-foreground": "#fdfaf3",
    "scrollbar": "#c9c0ac",
    "scrollbar-background": "#efe9dc",
    "scrollbar-hover": "#a89f8c",
    "scrollbar-active": "#1f6a94",
}
_ANSI = {
    "muted": "ansi_default",
    "frame": "ansi_default",
    "frame-focus": "ansi_default",
    "rows-cursor-foreground": "ansi_default",
    "rows-cursor-background": "ansi_default",
    "footer-background": "ansi_default",
    "footer-key-foreground": "ansi_default",
    "footer-key-background": "ansi_default",
    "footer-description-foreground": "ansi_default",
    "border": "ansi_default",
    "border-blurred": "ansi_default",
    "block-cursor-foreground": "ansi_default",
    "block-cursor-background": "ansi_default",
    "block-cursor-text-style": "reverse",
    "input-cursor-text-style": "reverse",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "scrollbar": "ansi_default",
    "scrollbar-background": "ansi_default",
    "scrollbar-hover": "ansi_default",
    "scrollbar-active": "ansi_default",
    "scrollbar-background-hover": "ansi_default",
    "scrollbar-background-active": "ansi_default",
}

DARK = Theme(
    name="dark",
    primary="#7cb7d8",
    secondary="#a3b8c9",
    accent="#e2b86b",
    warning="#e5a04d",
    error="#ef7a76",
    success="#8cc68a",
    foreground="#d7dee5",
    background="#10151a",
    surface="#161d24",
    panel="#1b242c",
    dark=True,
    variables=_VARIABLES_DARK,
)
LIGHT = Theme(
    name="light",
    primary="#1f6a94",
    secondary="#4a6275",
    accent="#8a4b00",
    warning="#9a5a00",
    error="#b02a30",
    success="#2f6f3a",
    foreground="#23262a",
    background="#fbf8f1",
    surface="#f4efe4",
    panel="#ebe4d5",
    dark=False,
    variables=_VARIABLES_LIGHT,
)


def _ansi(name: str, *, dark: bool) -> Theme:
    """The terminal's own colours; only hues that stand out on its background."""
    return Theme(
        name=name,
        ansi=True,
        primary="ansi_cyan" if dark else "ansi_blue",
        secondary="ansi_default",
        accent="ansi_yellow" if dark else "ansi_magenta",
        warning="ansi_yellow" if dark else "ansi_magenta",
        error="ansi_red",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        dark=dark,
        variables={**BUILTIN_THEMES[f"ansi-{'dark' if dark else 'light'}"].variables, **_ANSI},
    )


THEMES = (DARK, LIGHT, _ansi("ansi-dark", dark=True), _ansi("ansi-light", dark=False))


def name_of(look: Look) -> str:
    """The theme of a look."""
    return f"{'ansi-' if look.ansi else ''}{'dark' if look.dark else 'light'}"


def opposite(name: str) -> str:
    """Light for dark and the other way round."""
    return name.replace("dark", "light") if "dark" in name else name.replace("light", "dark")
