"""The registry of commands: bindings, footer, palette and help page are all made from it. Those of verbs come
from the verbs themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding

from tui.backend import verbs
from tui.backend.verbs.verb import Situation, Verb, always


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `id` is the name in keys.toml, `twin` the same thing on the command line,
    `available` when it makes sense. `places` are the screens with it; `footer` those whose
    footer shows it.
    """

    id: str
    key: str
    key_shown: str
    title: str
    help: str
    twin: str = ""
    places: tuple[str, ...] = ("home",)
    footer: tuple[str, ...] = ()
    available: Callable[[Situation], bool] = always

    @property
    def action(self) -> str:
        """Textual's name for it."""
        return self.id.replace("-", "_")


def _of_verb(verb: Verb) -> Command | None:
    """The command of a verb that has a key."""
    key = verb.key
    if key is None:
        return None
    return Command(
        key.id, key.key, key.key, key.title, key.help, verb.example, key.places, key.footer, key.applies
    )


def _mounted(situation: Situation) -> bool:
    return situation.sandbox is not None and bool(situation.sandbox.mounts)


_SHELL = Command(
    "shell",
    "s",
    "s",
    "Shell",
    "Open a shell in the sandbox. Leave it with exit, and you are back here.",
    "",
    ("home", "sandbox"),
    ("sandbox",),
    _mounted,
)
_BACK = Command(
    "back",
    "escape",
    "Esc",
    "Back",
    "Go back; nothing is changed.",
    places=("sandbox", "livecd"),
    footer=("sandbox", "livecd"),
)
_ORDER = ("new", "grow", "open", "mount", "shell", "remove", "recover", "livecd", "boot", "write", "back")
"""As the footers and the help show them; what is not among them comes last."""


def _commands() -> tuple[Command, ...]:
    found = (*map(_of_verb, verbs.all_verbs()), _SHELL, _BACK)
    places = {name: place for place, name in enumerate(_ORDER)}
    return tuple(sorted(filter(None, found), key=lambda command: places.get(command.id, len(places))))


COMMANDS = _commands()
"""Everything that a screen offers by itself."""

GLOBAL = (
    Command(
        "help",
        "question_mark,f1",
        "?,F1",
        "Help",
        "Explain what is in focus, and list all keys.",
        "sandbox-tui --help",
        ("any",),
        ("any",),
    ),
    Command(
        "palette",
        "ctrl+p",
        "^p",
        "Commands",
        "Find a command by its name.",
        "",
        ("any",),
        (),
    ),
    Command(
        "theme",
        "f2",
        "F2",
        "Light/dark",
        "Turn from dark to light colours and back.",
        "",
        ("any",),
        (),
    ),
    Command(
        "quit", "q", "q", "Quit", "Leave. Sandboxes stay until they are removed.", "", ("any",), ("any",)
    ),
)
"""What works everywhere."""


def bindings(place: str) -> list[Binding]:
    """The bindings of a screen (`any`: of the app). A command with two keys has two."""
    return [
        Binding(
            key,
            command.action,
            command.title,
            show=place in command.footer,
            key_display=shown,
            tooltip=command.help,
            id=command.id,
        )
        for command in (*COMMANDS, *GLOBAL)
        if place in command.places
        for key, shown in zip(command.key.split(","), command.key_shown.split(","), strict=True)
    ]


def of(place: str) -> tuple[Command, ...]:
    """The commands of a screen, those that work everywhere last."""
    return tuple(
        command for command in (*COMMANDS, *GLOBAL) if place in command.places or "any" in command.places
    )


def find(action: str) -> Command | None:
    """The command of an action name."""
    return next((command for command in (*COMMANDS, *GLOBAL) if command.action == action), None)
