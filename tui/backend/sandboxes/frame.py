"""Steps that surround every verb: the sandbox's directory, its record, the udev rule."""

from dataclasses import replace

from tui.backend import paths
from tui.backend.command import Command, command
from tui.backend.inventory.abilities import UDEV_RULE, Abilities
from tui.backend.inventory.record import Record
from tui.backend.plan import Step

_OTHERS = (f"--ignore={paths.MEDIUM.rpartition('/')[2]}", paths.RUN_DIR)
"""What ls(1) lists of the directories of sandboxes: all but what `paths.is_reserved` names."""
_LAST = "LAST"
_RULES_DIR = paths.UDEV_RULES
_RELOAD = command("udevadm", "control", "--reload")


def write(file: str, text: str) -> Command:
    """Write a text file."""
    return command("tee", file, input=text, output="/dev/null")


def delete(file: str) -> Command:
    """Remove a file of ours, there or not."""
    return command("rm", "--force", file)


def begin(name: str, verb: str) -> Step:
    """Mark a sandbox as being changed, for `recover` to find if we are killed."""
    file = paths.of(name, paths.BUSY + verb)
    return Step(f"Note that {verb} has begun", command("touch", file), delete(file))


def end(name: str, *verbs: str) -> Step:
    """Take marks away: from here on all is whole."""
    files = (paths.of(name, paths.BUSY + verb) for verb in verbs)
    return Step("Note that all is done", command("rm", "--force", *files))


def note(record: Record) -> Step:
    """Write the record down."""
    file = paths.of(record.name, paths.RECORD)
    written = write(file, record.text())
    return Step("Write down what was asked for", written, delete(file), partial=True)


def replace_note(record: Record) -> tuple[Step, Step]:
    """Write a record down beside the one that there is, and put it into that one's place."""
    old, new = paths.of(record.name, paths.RECORD), paths.of(record.name, paths.NEW_RECORD)
    return (
        Step("Write down the new size", write(new, record.text()), delete(new), partial=True),
        Step("Put it into the record's place", command("mv", "--no-target-directory", new, old)),
    )


def directory(name: str) -> tuple[Step, ...]:
    """Make the sandbox's directory; fails when the name is taken."""
    return (
        Step(
            "Make a place for all sandboxes",
            command("mkdir", "--parents", paths.RUN_DIR),
            command("rmdir", "--ignore-fail-on-non-empty", paths.RUN_DIR),
            common=True,
        ),
        Step(
            "Make a place for this one",
            command("mkdir", "--mode=0700", paths.of(name)),
            command("rmdir", paths.of(name)),
        ),
    )


def udev_rule(abilities: Abilities, name: str) -> tuple[Step, ...]:
    """Keep the host's udev, LVM and desktops away from what is inside the sandbox. Not to be undone where
    others have been made beside that of the name.
    """
    if not abilities.udev or abilities.rule:
        return ()
    make_directory = Step(
        "Make a place for a udev rule",
        command("mkdir", "--parents", _RULES_DIR),
        command("rmdir", "--ignore-fail-on-non-empty", _RULES_DIR),
    )
    steps = (
        *(() if abilities.rules_dir else (make_directory,)),
        Step(
            "Keep the host away from what is inside the sandbox",
            write(abilities.rule_file, UDEV_RULE),
            delete(abilities.rule_file),
            partial=True,
        ),
        Step("Tell udev", _RELOAD, _RELOAD),
    )
    ours = (command("ls", f"--ignore={name}", *_OTHERS), "")
    return tuple(replace(step, common=True, undo_if=ours) for step in steps)


def load(abilities: Abilities, what: str, module: str) -> tuple[Step, ...]:
    """Load a module of the kernel's, if it is not; it stays."""
    step = Step(f"Load the kernel's {what}", command("modprobe", module), common=True)
    return () if module in abilities.loaded else (step,)


def last_one_out(abilities: Abilities) -> tuple[Step, ...]:
    """What goes with the last sandbox: the udev rule, whole or half written, its directory, and the directory
    of all sandboxes. Which is the last is seen only then, for others are made and removed meanwhile.
    """
    rule = (
        Step("take the udev rule away", delete(abilities.rule_file)),
        Step(
            "remove its directory if it is empty", command("rmdir", "--ignore-fail-on-non-empty", _RULES_DIR)
        ),
        *((Step("tell udev", _RELOAD),) if abilities.udev else ()),
    )
    place = Step(
        "remove the place for all sandboxes",
        command("rmdir", "--ignore-fail-on-non-empty", paths.RUN_DIR),
    )
    steps = (*(rule if abilities.rules_dir else ()), place)
    if not abilities.place:  # where no sandbox has a directory
        return tuple(replace(step, title=step.title.capitalize(), common=True) for step in steps)
    see = Step("See whether that was the last sandbox", command("ls", *_OTHERS), expect="", condition=True)
    then = (replace(step, title=f"If so, {step.title}") for step in steps)
    return tuple(replace(step, common=True, group=_LAST) for step in (see, *then))
