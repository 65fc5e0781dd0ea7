"""The tests' children are to hear of signals, whatever ran the tests: nohup ignores SIGHUP, and a shell's `&`
SIGINT and SIGQUIT, and both are inherited (signal(7)). A pytest plugin, as tests/soak.py.
"""

import signal

import pytest

_ENDING = (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM)


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Take them as a terminal's shell leaves them."""
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
