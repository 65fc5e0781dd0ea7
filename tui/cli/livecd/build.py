"""`livecd build`: make an ISO, and fetch a kernel for it first where that is asked for."""

from tui.backend.host import Host
from tui.backend.livecd import kernel_fetch
from tui.backend.livecd.request import BuildRequest
from tui.backend.verbs.livecd_build import FETCH, VERB
from tui.cli import changing, narration
from tui.cli.running import carry_out, show_only


def run(request: BuildRequest, host: Host, *, dry_run: bool, as_json: bool) -> int:
    """Make an ISO, or print how."""
    if request.fetch_kernel and kernel_fetch.fetched(host) is None:
        if dry_run:
            show_only(host, FETCH, None, as_json=as_json)
            narration.say("That fetches the kernel; the rest can be planned when it is there.")
            return 0
        carry_out(host, FETCH, None)
    return changing.run(VERB, request, host, dry_run=dry_run, as_json=as_json)
