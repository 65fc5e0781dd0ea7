"""Questions that the kernel may take for ever to answer: about files whose file system is a program."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SECONDS = 2.0
"""How long an answer is waited for."""


class _Asker:
    """A thread that asks one question after the other. Starting one takes longer than most answers."""

    def __init__(self) -> None:
        self._question: Callable[[], None]
        self._given = threading.Semaphore(0)
        threading.Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        while True:
            self._given.acquire()
            self._question()

    def put(self, question: Callable[[], None]) -> None:
        """Ask this next; the one before was answered."""
        self._question = question
        self._given.release()


_idle: list[_Asker] = []
"""Those that have answered all questions."""
os.register_at_fork(after_in_child=_idle.clear)  # threads stay behind


def call(ask: Callable[[], T]) -> T:
    """What `ask` gives or raises; TimeoutError (an OSError) when that takes longer than SECONDS.
    Then it is left waiting, and ends with the program at the latest.
    """
    answers: list[T] = []
    errors: list[BaseException] = []
    answered = threading.Event()

    def run() -> None:
        """Ask, and keep what comes of it."""
        try:
            answers.append(ask())
        except BaseException as error:  # noqa: BLE001 - raised where it was asked
            errors.append(error)
        answered.set()

    asker = _idle.pop() if _idle else _Asker()
    asker.put(run)
    if not answered.wait(SECONDS):
        raise TimeoutError("the file system does not answer")
    _idle.append(asker)
    if errors:
        raise errors[0]
    return answers[0]
