"""The registry of commands: bindings, footer, palette and help page are all made from it."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding

from tui.backend.inventory.sandboxes import Sandbox


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether a command makes sense: the sandbox it would act on (None: none),
    and whether remains of an interrupted verb exist.
    """

    sandbox: Sandbox | None = None
    remains: bool = False


def _always(_situation: Situation) -> bool:
    return True


def _whole(situation: Situation) -> bool:
    return situation.sandbox is not None and situation.sandbox.whole


def _mounted(situation: Situation) -> bool:
    return situation.sandbox is not None and bool(situation.sandbox.mounts)


def _any(situation: Situation) -> bool:
    return situation.sandbox is not None


def _remains(situation: Situation) -> bool:
    return situation.remains


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
    available: Callable[[Situation], bool] = _always

    @property
    def action(self) -> str:
        """Textual's name for it."""
        return self.id.replace("-", "_")


COMMANDS = (
    Command(
        "new",
        "n",
        "n",
        "New",
        "Make a sandbox: choose its origin, its size, and how it is made.",
        "sandbox-tui create ORIGIN",
        footer=("home",),
    ),
    Command(
        "grow",
        "g",
        "g",
        "Grow",
        "Promise more RAM to a sandbox while it is in use.",
        "sandbox-tui grow NAME +512M",
        ("home", "sandbox"),
        ("home", "sandbox"),
        _whole,
    ),
    Command(
        "open",
        "o",
        "o",
        "Open",
        "Look into a sandbox: history, what it is made of, who uses it.",
        "sandbox-tui show NAME",
        available=_any,
    ),
    Command(
        "mount",
        "m",
        "m",
        "Mount/unmount",
        "Mount the sandbox at its own place, or unmount it.",
        "sandbox-tui mount NAME, sandbox-tui unmount NAME",
        ("home", "sandbox"),
        ("sandbox",),
        _whole,
    ),
    Command(
        "shell",
        "s",
        "s",
        "Shell",
        "Open a shell in the sandbox. Leave it with exit, and you are back here.",
        "",
        ("home", "sandbox"),
        ("sandbox",),
        _mounted,
    ),
    Command(
        "remove",
        "x",
        "x",
        "Remove",
        "Take the sandbox apart and prove that its origin was not written.",
        "sandbox-tui remove NAME",
        ("home", "sandbox"),
        ("home", "sandbox"),
        _any,
    ),
    Command(
        "recover",
        "r",
        "r",
        "Recover",
        "Clear what an interrupted command has left behind.",
        "sandbox-tui recover",
        footer=("home",),
        available=_remains,
    ),
    Command(
        "livecd",
        "l",
        "l",
        "Live CD",
        "Make a CD or stick that boots, its root a sandbox; or try and write one that is there.",
        "sandbox-tui livecd build ROOT -o OUT.iso",
        footer=("home",),
    ),
    Command(
        "boot",
        "b",
        "b",
        "Boot it in QEMU",
        "Boot the Live CD in a virtual machine, until it is ready.",
        "sandbox-tui livecd test OUT.iso",
        ("livecd",),
        ("livecd",),
    ),
    Command(
        "write",
        "w",
        "w",
        "Write to USB",
        "Write the Live CD to a stick or disk, read it back and compare.",
        "sandbox-tui livecd write OUT.iso DEVICE",
        ("livecd",),
        ("livecd",),
    ),
    Command(
        "back",
        "escape",
        "Esc",
        "Back",
        "Go back; nothing is changed.",
        places=("sandbox", "livecd"),
        footer=("sandbox", "livecd"),
    ),
)
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
