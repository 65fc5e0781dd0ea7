"""How a program of the practice machine ends that does not do what was asked."""


class Failure(Exception):
    """A program ends with an error: what it says on standard error, and its exit status."""

    def __init__(self, words: str, status: int = 1) -> None:
        super().__init__(words)
        self.words, self.status = words, status


class NotPractised(Failure):
    """A use of a program that the practice machine does not know: the practice is incomplete."""
