"""The user as whom root lets programs handle what others made: it owns nothing, and nothing else runs as it.

Source of the number: Debian policy 9.2.2 has 65000 to 65533 reserved, systemd's UIDS-GIDS.md has 65520 to
65533 unused; containers with 65536 users have it too. Not nobody (65534): other services run as that.
"""

UID = 65530


def words(*, as_root: bool) -> tuple[str, ...]:
    """What comes before a program (and its arguments) that root starts as that user; nothing for others."""
    if not as_root:
        return ()
    return ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--no-new-privs")
