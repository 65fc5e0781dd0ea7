"""Steps that surround every verb: the sandbox's directory, its record, the udev rule."""

from tui.backend import paths
from tui.backend.command import Command, command
from tui.backend.inventory.abilities import UDEV_RULE, Abilities
from tui.backend.inventory.record import Record
from tui.backend.plan import Step

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
    return Step("Write down what was asked for", write(file, record.text()), delete(file), partial=True)


def note_anew(record: Record) -> tuple[Step, Step]:
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
        ),
        Step(
            "Make a place for this one",
            command("mkdir", "--mode=0700", paths.of(name)),
            command("rmdir", paths.of(name)),
        ),
    )


def udev_rule(abilities: Abilities) -> tuple[Step, ...]:
    """Keep the host's udev, LVM and desktops away from what is inside the sandbox."""
    if not abilities.udev or abilities.rule:
        return ()
    make_directory = Step(
        "Make a place for a udev rule",
        command("mkdir", "--parents", _RULES_DIR),
        command("rmdir", "--ignore-fail-on-non-empty", _RULES_DIR),
    )
    return (
        *(() if abilities.rules_dir else (make_directory,)),
        Step(
            "Keep the host away from what is inside the sandbox",
            write(abilities.rule_file, UDEV_RULE),
            delete(abilities.rule_file),
            partial=True,
        ),
        Step("Tell udev", _RELOAD, _RELOAD),
    )


def last_one_out(abilities: Abilities) -> tuple[Step, ...]:
    """What goes with the last sandbox: the udev rule, whole or half written, its directory,
    and the directory of all sandboxes.
    """
    rule = (
        Step("Take the udev rule away", delete(abilities.rule_file)),
        Step(
            "Remove its directory if it is empty", command("rmdir", "--ignore-fail-on-non-empty", _RULES_DIR)
        ),
        *((Step("Tell udev", _RELOAD),) if abilities.udev else ()),
    )
    place = Step(
        "Remove the place for all sandboxes",
        command("rmdir", "--ignore-fail-on-non-empty", paths.RUN_DIR),
    )
    return (*(rule if abilities.rules_dir else ()), place)
