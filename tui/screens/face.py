"""What every screen can ask of the app, and what every screen does alike."""

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any, ClassVar, Protocol, TypeVar, cast

from textual.message import Message
from textual.worker import get_current_worker

from tui.backend.errors import NeedsRoot, SandboxError
from tui.backend.host import Host
from tui.screens.reading import Reading
from tui.screens.stacked import Result, StackedScreen
from tui.widgets.topline import PRACTICE, READ_ONLY, TopLine

T = TypeVar("T")

_KEYS = "keys"
_LOOK = 5.0
"""Seconds between two looks at who uses a sandbox."""


class Face(Protocol):
    """The app, as far as screens know it."""

    host: Host
    reading: Reading | None
    notice: str
    leaving: bool
    """The app is ending: a running plan is to stop and be undone."""
    changing: Lock
    """Held while a plan runs: one at a time, and the app waits for it at the end."""

    def read_soon(self) -> None:
        """Read the whole machine again now, for something was changed."""
        ...

    def practise(self) -> None:
        """Go on with the practice host instead of the real machine."""
        ...

    def become_root(self) -> None:
        """End, and start again under sudo."""
        ...

    def shell(self, directory: str, name: str) -> None:
        """Hand the terminal to a shell in a sandbox, until it ends."""
        ...

    def complain(self, error: SandboxError) -> None:
        """Show what failed, why, and what to do."""
        ...


class Answered(Message):
    """A worker's answer, delivered where widgets may be touched."""

    def __init__(self, deliver: Callable[[], None]) -> None:
        super().__init__()
        self.deliver = deliver


class FaceScreen(StackedScreen[Result]):
    """The base of all screens: readings arrive in `on_reading`, work goes to threads with `ask`."""

    HELP: ClassVar[str | None] = None
    _asking: frozenset[str] = frozenset()
    _next_look = 0.0

    @property
    def face(self) -> Face:
        """The app."""
        return cast("Face", self.app)

    @property
    def host(self) -> Host:
        """The machine being worked on."""
        return self.face.host

    def on_reading(self, reading: Reading) -> None:  # noqa: ARG002
        """A new reading of the machine; called on every screen of the stack. The top line follows it."""
        self.top_line()

    def top_line(self) -> None:
        """Bring the mark and the memory at the top up to date."""
        reading = self.face.reading
        mark = PRACTICE if self.host.simulated else ""
        if reading is not None and not reading.inventory.root and not mark:
            mark = READ_ONLY
        for line in self.query(TopLine):
            line.put(
                mark=mark,
                memory=reading.inventory.memory if reading else None,
                alarm=reading.alarm if reading else "",
            )

    def may_look(self) -> bool:
        """Whether it is time to look who uses a sandbox, on the screen on top: all processes are asked, which
        takes long where there are many.
        """
        if not self.is_active or self.host.clock() < self._next_look:
            return False
        self._next_look = self.host.clock() + _LOOK
        return True

    def on_leaving(self) -> None:
        """The app ends as soon as the plan that is running has."""

    def on_screen_resume(self) -> None:
        """Back on top: what was read meanwhile counts."""
        self._next_look = 0.0
        if self.face.reading is not None:
            self.on_reading(self.face.reading)

    def may_change(self) -> bool:
        """Whether the machine may be changed; says why when not."""
        reading = self.face.reading
        if reading is not None and reading.inventory.root:
            return True
        self.face.complain(NeedsRoot("Changing devices needs root.", "Leave with q, and start it with sudo."))
        return False

    def ask(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[SandboxError], None] | None = None,
        *,
        group: str = _KEYS,
    ) -> None:
        """Do `work` in a thread, then hand its answer to `done`, or its error to `failed`
        (a dialog when not given). One question of a group at a time: another one is dropped. Those of
        the usual group come from keys: they are dropped too when another screen is on top by now.
        """
        if group in self._asking or (group == _KEYS and not self.is_active):
            return
        self._asking |= {group}
        self.run_worker(
            partial(
                self._work, work, self._then(group, done), self._then(group, failed or self.face.complain)
            ),
            group=group,
            thread=True,
            exit_on_error=False,
        )

    def _then(self, group: str, deliver: Callable[[T], None]) -> Callable[[T], None]:
        """Delivering an answer makes room for the next question."""

        def answered(answer: T) -> None:
            """Hand it on."""
            self._asking -= {group}
            deliver(answer)

        return answered

    def _work(
        self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[SandboxError], None]
    ) -> None:
        worker = get_current_worker()
        try:
            answer = work()
        except SandboxError as error:
            self._deliver(partial(failed, error), worker.is_cancelled)
        except OSError as error:
            said = f"{error.filename or 'A file'}: {error.strerror or error}."
            self._deliver(partial(failed, SandboxError(said)), worker.is_cancelled)
        except Exception as error:  # noqa: BLE001  a fault of ours is shown, not thrown at people
            self._deliver(partial(failed, _fault(error)), worker.is_cancelled)
        else:
            self._deliver(partial(done, answer), worker.is_cancelled)

    def _deliver(self, deliver: Callable[[], None], cancelled: bool) -> None:
        if not cancelled:
            self.post_message(Answered(deliver))

    def on_answered(self, message: Answered) -> None:
        """The answer has arrived; it is of no use when the screen has been closed meanwhile."""
        message.stop()
        if self.is_running and self in self.app.screen_stack:
            message.deliver()


def _fault(error: Exception) -> SandboxError:
    name = type(error).__name__
    return SandboxError(
        f"sandbox-tui itself has failed: {name}: {error}", "Please report this, with what you did."
    )
