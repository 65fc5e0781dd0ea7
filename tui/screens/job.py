"""A verb with its request, as a plan's screen takes it. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic

from tui.backend.verbs import change
from tui.backend.verbs.change import Change, R

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.plan import Plan


@dataclass(frozen=True, slots=True)
class Job(Generic[R]):
    """`title` is for the frame, `agree` for the key that runs it; `then` says what Enter does afterwards,
    where that is more than to go on.
    """

    title: str
    agree: str
    verb: Change[R, Any, Any]
    request: R
    then: str = ""


def settle(host: Host, job: Job[R]) -> tuple[Job[R], Plan]:
    """The plan to be shown, and the job that makes it again as long as the machine is the same."""
    prepared = change.prepare(host, job.verb, job.request)
    return replace(job, request=prepared.request), prepared.plan
