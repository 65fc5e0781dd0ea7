"""`doctor`: whether this machine can make sandboxes, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import doctor
from tui.backend.doctor import Diagnosis
from tui.backend.errors import ExitCode
from tui.backend.verbs.verb import Query, Verb

if TYPE_CHECKING:
    from tui.backend.host import Host


def _read(host: Host, _request: None) -> Diagnosis:
    return doctor.read(host)


def _status(found: Diagnosis) -> ExitCode:
    return ExitCode.DONE if found.usable else ExitCode.REFUSED


VERB = Verb(
    name="doctor",
    summary="tell whether this machine can make sandboxes, and what is missing",
    examples=(
        ("doctor", "kernel, programs and memory; what is missing, with the command that brings it"),
        ("doctor --json | jq -r '.problems[]'", "only what keeps sandboxes from being made"),
    ),
    result=Diagnosis,
    work=Query(_read, _status),
)
