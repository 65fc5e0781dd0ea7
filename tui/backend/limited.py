"""Questions that the kernel may take for ever to answer: about files whose file system is a program."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SECONDS = 2.0
"""How long an answer is waited for."""


def call(ask: Callable[[], T], seconds: float = SECONDS) -> T:
    """What `ask` gives or raises; TimeoutError (an OSError) when that takes longer than so many seconds.
    Then it is left waiting, and ends with the program at the latest.
    """
    answers: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(ask())
        except BaseException as error:  # noqa: BLE001 - raised where it was asked
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError("the file system does not answer")
    return answers[0]
