"""Page 1: what the Live CD is made of."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.screens.reading import Reading
from tui.screens.wizard.page import Page
from tui.widgets.fields import TextField
from tui.widgets.lines import Note

_KINDS = """\
A directory  with an init in it, such as mmdebstrap or debootstrap makes
An archive   tar or cpio, compressed or not; initrds, of several parts too
An image     ext2, ext3, ext4 or squashfs, not mounted
An ISO       a Live CD made before: to boot it, or to write it to a stick"""


class RootPage(Page):
    """A field for a path, and what it may name."""

    ID = "live-root"
    HELP = (
        "A Live CD starts a root file system that is never written to: all changes are a sandbox in RAM, and "
        "gone when it is switched off.\n\n"
        "The root is only read here, and nothing is mounted. It needs an init: /sbin/init, or one of those "
        "that initrds have. Building needs no root for a directory that can be read, nor for archives and "
        "images."
    )

    def compose(self) -> ComposeResult:
        """What can be given, and the field."""
        yield Note(_KINDS, id="kinds")
        with Vertical(id="typed-root", classes="frame") as box:
            box.border_title = "What is to be on it?"
            yield TextField("/path/to/root, root.tar.zst, initrd.img, root.squashfs, live.iso", id="root")
        yield Note(classes="problem")

    def enter(self, reading: Reading) -> None:  # noqa: ARG002
        """The field is all there is."""
        self.query_one("#root").focus()

    @on(Input.Changed, "#root")
    def _changed(self) -> None:
        self.say("")

    @on(Input.Submitted, "#root")
    def _typed(self, message: Input.Submitted) -> None:
        message.stop()
        text = message.value.strip()
        if text:
            self.post_message(self.Next(self, text))
        else:
            self.say("Type a path first.")
