"""The command line on a practice host: argv in; exit status, stdout and stderr out."""

import json
from dataclasses import dataclass
from typing import Any

import jsonschema
import pytest

from tui.__main__ import main
from tui.backend.practice import PracticeHost
from tui.cli import schema
from tui.cli.parser import named

NAME = "trial"
IMAGES = "/home/user/images"


@dataclass(frozen=True)
class Said:
    """What one command line gave."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """A terminal at a practice machine."""

    def __init__(self, host: PracticeHost, capture: pytest.CaptureFixture[str]) -> None:
        self.host, self.capture = host, capture

    def __call__(self, *argv: str) -> Said:
        self.capture.readouterr()
        status = main(argv, self.host)
        said = Said(status, *self.capture.readouterr())
        if "--json" in argv and said.out:
            name = "plan" if "--dry-run" in argv else named(argv) or ""
            jsonschema.validate(said.json, schema.of(name))
        return said

    def make(self, *options: str, origin: str = "/dev/sdb1", name: str = NAME) -> Said:
        said = self("create", origin, "--name", name, "--size", "256M", *options)
        assert said.status == 0, said.err
        return said
