"""What `xfs_logprint -t` prints of the log of an XFS."""


def is_unfinished(text: str) -> bool:
    """Whether it holds what is not yet in its place."""
    return "state: <CLEAN>" not in text
