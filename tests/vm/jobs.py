"""Commands side by side: what each prints is kept together, and shown with its time when it ends."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field


@dataclass
class Job:
    """A command with a name for people."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    stopped: bool = field(default=False, init=False)

    def run(self) -> tuple[int, bytes]:
        """Its exit status and what it printed, with a line on how long it took."""
        start = time.monotonic()
        with tempfile.TemporaryFile() as kept:
            self.process = subprocess.Popen(self.command, stdout=kept, stderr=subprocess.STDOUT)
            if self.stopped:
                self.process.terminate()
            status = self.process.wait()
            kept.seek(0)
            took = time.monotonic() - start
            return status, kept.read() + f"vm: {self.name}: status {status} in {took:.0f} s\n".encode()

    def stop(self) -> None:
        """End it, or let it end at once when it starts."""
        self.stopped = True
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()


def side_by_side(jobs: Sequence[Job], *, at_once: int) -> int:
    """Run them, so many at once, in their order; the first status that is not 0, or 0."""
    verdict = 0
    with ThreadPoolExecutor(at_once) as pool:
        futures = [pool.submit(job.run) for job in jobs]
        try:
            for future in as_completed(futures):
                status, said = future.result()
                sys.stdout.buffer.write(said)
                sys.stdout.flush()
                verdict = verdict or status
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for job in jobs:
                job.stop()
    return verdict
