"""`livecd info`: what is on an ISO."""

import argparse
from dataclasses import asdict

from tui.backend import sizes
from tui.backend.errors import ExitCode
from tui.backend.host import Host
from tui.backend.livecd import info, iso_file
from tui.backend.livecd.info import Info
from tui.cli import output
from tui.cli.create import absolute

_VERDICTS = {None: "", True: ", and has that", False: ", and has ANOTHER ONE: it is damaged"}


def run(options: argparse.Namespace, host: Host) -> int:
    """Tell about an ISO; FAILED where its image is not what it should be."""
    iso = iso_file.find(host, absolute(options.iso) or "", trusted=options.trusted)
    found = info.read(iso)
    sound = info.verify(iso, found) if options.verify else None
    if options.json:
        output.print_json({**asdict(found), "verified": sound})
    else:
        output.print_facts(_facts(found, sound))
    return ExitCode.FAILED if sound is False else ExitCode.DONE


def _mismatch(found: Info) -> str:
    """Init looks for the medium by its UUID."""
    noted = found.about.uuid
    return "" if noted in ("", found.uuid) else f", but it was built with {noted}: it will not find itself"


def _facts(found: Info, sound: bool | None) -> list[tuple[str, str]]:
    about = found.about
    boots = [f"{kind}, as a CD{' or a stick' if found.hybrid else ''}" for kind in found.firmware]
    return [
        ("ISO", f"{found.path} ({sizes.show(found.size)})"),
        ("label", found.label or "none"),
        ("UUID", (found.uuid or "none") + _mismatch(found)),
        *(("boots by", words) for words in boots or ["nothing"]),
        ("kernel", about.kernel or "unknown"),
        ("way", f"{about.way or 'unknown'}, with {about.size or 'what memory allows'} for changes"),
        ("init", about.init or "unknown"),
        ("image", f"{about.image or 'unknown'} ({about.format or 'unknown'})"),
        ("", f"sha256 {about.image_sha256 or 'unknown'}{_VERDICTS[sound]}"),
        *(("files", f"/live/{file.name} ({sizes.show(file.size)})") for file in found.files),
        ("built by", f"sandbox-tui {about.version or 'of unknown version'}"),
    ]
