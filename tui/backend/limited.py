"""Questions that the kernel may take for ever to answer: about files whose file system is a program."""

from __future__ import annotations

import os
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SECONDS = 2.0
"""How long an answer is waited for."""


class _Asker:
    """A thread that asks one question after the other. Starting one takes longer than most answers."""

    def __init__(self) -> None:
        self._questions: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        while True:
            self._questions.get()()

    def put(self, question: Callable[[], None]) -> None:
        """Ask this next; the one before was answered."""
        self._questions.put(question)


_idle: list[_Asker] = []
"""Those that have answered all questions."""
os.register_at_fork(after_in_child=_idle.clear)  # threads stay behind


def call(ask: Callable[[], T]) -> T:
    """What `ask` gives or raises; TimeoutError (an OSError) when that takes longer than SECONDS.
    Then it is left waiting, and ends with the program at the latest.
    """
    answers: list[T] = []
    errors: list[BaseException] = []
    ended: SimpleQueue[None] = SimpleQueue()

    def run() -> None:
        """Ask, and keep what comes of it."""
        try:
            answers.append(ask())
        except BaseException as error:  # noqa: BLE001 - raised where it was asked
            errors.append(error)
        ended.put(None)

    asker = _idle.pop() if _idle else _Asker()
    asker.put(run)
    try:
        ended.get(timeout=SECONDS)
    except Empty:
        raise TimeoutError("the file system does not answer") from None
    _idle.append(asker)
    if errors:
        raise errors[0]
    return answers[0]
