"""Verbs as the front ends run them, for tests that want the plan too."""

from collections.abc import Callable
from typing import TypeVar

from tui.backend.execute import Listener
from tui.backend.host import Host
from tui.backend.plan import Plan
from tui.backend.verbs import change
from tui.backend.verbs.change import Change

R = TypeVar("R")
F = TypeVar("F")
T = TypeVar("T")


def run(
    host: Host,
    verb: Change[R, F, T],
    request: R,
    *,
    listener: Listener = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Plan, T]:
    """The plan that was run, and the verb's result."""
    plans: list[Plan] = []
    result = change.run(host, verb, request, told=plans.append, listener=listener, stop=stop)
    return plans[-1], result
